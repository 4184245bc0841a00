import { readSettings } from '../../bin/settings';
import { context } from '../../cdk.json';

const read = (overrides: Record<string, unknown> = {}) => {
  const values: Record<string, unknown> = { ...context, ...overrides };
  return readSettings((name) => values[name]);
};

describe('settings of a deployment', () => {
  test('are those of cdk.json by default', () => {
    expect(read()).toEqual({
      stage: 'dev',
      environments: ['development', 'staging', 'production'],
      defaultEnvironment: 'production',
      userIdFormat: 'sub',
      allowedOrigins: [],
      logRetentionDays: 30,
      retainData: true,
      alarmTopicArn: undefined,
      cognitoEndpoint: undefined,
    });
  });

  test('may come as text from the command line', () => {
    const settings = read({
      environments: 'test, live',
      defaultEnvironment: 'live',
      allowedOrigins: 'https://app.example.com,http://localhost:5173',
      logRetentionDays: '90',
      retainData: 'false',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call',
      cognitoEndpoint: 'http://127.0.0.1:4566',
    });
    expect(settings).toMatchObject({
      environments: ['test', 'live'],
      allowedOrigins: ['https://app.example.com', 'http://localhost:5173'],
      logRetentionDays: 90,
      retainData: false,
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call',
      cognitoEndpoint: 'http://127.0.0.1:4566',
    });
  });

  test.each([
    ['a stage of several words', { stage: 'my stage' }, 'stage'],
    ['no environment', { environments: [] }, 'environments'],
    [
      'an environment that would break a key',
      { environments: ['a#b'], defaultEnvironment: 'a#b' },
      'environments',
    ],
    ['an environment named twice', { environments: ['production', 'production'] }, 'environments'],
    ['a default that is no environment', { defaultEnvironment: 'prod' }, 'defaultEnvironment'],
    ['an unknown format of user ids', { userIdFormat: 'email' }, 'userIdFormat'],
    ['any origin', { allowedOrigins: ['*'] }, 'allowedOrigins'],
    ['an origin with a path', { allowedOrigins: ['https://app.example.com/'] }, 'allowedOrigins'],
    ['an origin without TLS', { allowedOrigins: ['http://app.example.com'] }, 'allowedOrigins'],
    ['the null origin', { allowedOrigins: ['null'] }, 'allowedOrigins'],
    ['a retention that CloudWatch Logs does not know', { logRetentionDays: 31 }, 'logRetentionDays'],
    ['an unclear choice to retain', { retainData: 'maybe' }, 'retainData'],
    ['a topic that is no ARN', { alarmTopicArn: 'on-call' }, 'alarmTopicArn'],
    [
      'keys over a line that anybody may change',
      { cognitoEndpoint: 'http://keys.example.com' },
      'cognitoEndpoint',
    ],
    ['an endpoint with a path', { cognitoEndpoint: 'https://keys.example.com/a' }, 'cognitoEndpoint'],
    ['an endpoint that is no address', { cognitoEndpoint: 'cognito' }, 'cognitoEndpoint'],
    ['a missing setting', { stage: undefined }, 'stage'],
  ])('refuse %s, and name the setting', (_, overrides, setting) => {
    expect(() => read(overrides)).toThrow(new RegExp(`CDK context[^]*at ${setting}`));
  });
});
