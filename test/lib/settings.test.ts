import { context } from '../../cdk.json';
import { readSettings, SettingsError } from '../../lib/settings';

const read = (given: Record<string, unknown> = {}) => readSettings({ ...context, ...given });

describe('settings of a deployment', () => {
  test('have defaults for everything but the stage', () => {
    expect(readSettings({ stages: { qa: {} }, stage: 'qa' })).toEqual({
      stage: 'qa',
      environments: ['development', 'staging', 'production'],
      defaultEnvironment: 'production',
      userIdFormat: 'sub',
      groupsClaim: 'cognito:groups',
      userTypeClaim: 'custom:userType',
      subscriptionClaim: 'custom:subscription',
      allowedOrigins: [],
      overrideChangesPerHour: 100,
      evaluationRequestsPerSecond: 1000,
      adminRequestsPerSecond: 100,
      logRetentionDays: 30,
      retainData: true,
      firewallRequestsPerAddress: 10_000,
      cloudFront: false,
    });
  });

  test('are those of the stage that cdk.json lists: development may be thrown away, production may not', () => {
    expect(read()).toMatchObject({ stage: 'dev', retainData: false });
    expect(read({ stage: 'prod' })).toMatchObject({ stage: 'prod', retainData: true });
  });

  test('on the command line win over those of the stage', () => {
    expect(read({ stage: 'prod', logRetentionDays: '365' })).toMatchObject({ logRetentionDays: 365 });
  });

  test('may come as text from the command line', () => {
    const settings = read({
      environments: 'test, live',
      defaultEnvironment: 'live',
      allowedOrigins: 'https://app.example.com,http://localhost:5173',
      logRetentionDays: '90',
      retainData: 'false',
      overrideChangesPerHour: '20',
      evaluationReservedConcurrency: '50',
      alarmEmail: 'on-call@example.com',
      cloudFront: 'true',
      cognitoEndpoint: 'http://127.0.0.1:4566',
    });
    expect(settings).toMatchObject({
      environments: ['test', 'live'],
      allowedOrigins: ['https://app.example.com', 'http://localhost:5173'],
      logRetentionDays: 90,
      retainData: false,
      overrideChangesPerHour: 20,
      evaluationReservedConcurrency: 50,
      alarmEmail: 'on-call@example.com',
      cloudFront: true,
      cognitoEndpoint: 'http://127.0.0.1:4566',
    });
  });

  test('given as an empty text are not set', () => {
    expect(read({ alarmEmail: '', domainName: '' })).not.toHaveProperty('alarmEmail', expect.anything());
  });

  test('leave the context of the CDK and of plug-ins alone', () => {
    expect(() =>
      read({ '@aws-cdk/core:x': true, 'aws:cdk:y': 1, 'availability-zones:account=1': [] }),
    ).not.toThrow();
  });

  const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1b2c';
  const domainName = 'flags.example.com';

  test.each([
    ['a stage of several words', { stage: 'my stage', stages: { 'my stage': {} } }, 'stage'],
    ['a stage that Cognito refuses in a host name', { stage: 'aws', stages: { aws: {} } }, 'stage'],
    ['a stage that ends with a dash', { stage: 'qa-', stages: { 'qa-': {} } }, 'stage'],
    ['a missing stage', { stage: undefined }, 'stage'],
    ['no environment', { environments: [] }, 'environments'],
    [
      'an environment that would break a key',
      { environments: ['a#b'], defaultEnvironment: 'a#b' },
      'environments',
    ],
    ['an environment named twice', { environments: ['production', 'production'] }, 'environments'],
    ['a default that is no environment', { defaultEnvironment: 'prod' }, 'defaultEnvironment'],
    ['an unknown format of user ids', { userIdFormat: 'email' }, 'userIdFormat'],
    ['a claim of two words', { groupsClaim: 'my groups' }, 'groupsClaim'],
    ['any origin', { allowedOrigins: ['*'] }, 'allowedOrigins'],
    ['an origin with a path', { allowedOrigins: ['https://app.example.com/'] }, 'allowedOrigins'],
    ['an origin without TLS', { allowedOrigins: ['http://app.example.com'] }, 'allowedOrigins'],
    ['the null origin', { allowedOrigins: ['null'] }, 'allowedOrigins'],
    ['a limit of nothing', { overrideChangesPerHour: 0 }, 'overrideChangesPerHour'],
    ['a limit in words', { overrideChangesPerHour: 'many' }, 'overrideChangesPerHour'],
    ['a rate above what the account has', { adminRequestsPerSecond: 10_001 }, 'adminRequestsPerSecond'],
    ['half a container', { evaluationReservedConcurrency: 0.5 }, 'evaluationReservedConcurrency'],
    ['a retention that CloudWatch Logs does not know', { logRetentionDays: 31 }, 'logRetentionDays'],
    ['an unclear choice to retain', { retainData: 'maybe' }, 'retainData'],
    ['an address that is no e-mail', { alarmEmail: 'on-call' }, 'alarmEmail'],
    ['a host name with a path', { domainName: 'flags.example.com/x', certificateArn }, 'domainName'],
    ['a host name without its certificate', { domainName }, 'certificateArn'],
    ['a certificate without its host name', { certificateArn }, 'certificateArn'],
    ['a certificate that is none', { domainName, certificateArn: 'mine' }, 'certificateArn'],
    ['a zone without a host name', { hostedZoneId: 'Z0123456789' }, 'hostedZoneId'],
    [
      'a certificate that CloudFront cannot use',
      { cloudFront: true, domainName, certificateArn },
      'certificateArn',
    ],
    ['a number of days that is none', { logRetentionDays: true }, 'logRetentionDays'],
    ['an address of Cognito without TLS', { cognitoEndpoint: 'http://10.0.0.1' }, 'cognitoEndpoint'],
    ['keys from a stranger', { cognitoEndpoint: 'https://evil.example.com' }, 'cognitoEndpoint'],
    [
      'keys from a name like that of AWS',
      { cognitoEndpoint: 'https://evilamazonaws.com' },
      'cognitoEndpoint',
    ],
    [
      'keys from an emulator where data is kept',
      { retainData: true, cognitoEndpoint: 'http://127.0.0.1:4566' },
      'cognitoEndpoint',
    ],
  ])('refuse %s, and name the setting', (_, overrides, setting) => {
    expect(() => read(overrides)).toThrow(SettingsError);
    expect(() => read(overrides)).toThrow(new RegExp(`^Settings.*[:;] ${setting}[.\\d]*: `));
  });

  test.each([
    [{ retainData: 'yes' }, 'true or false'],
    [{ logRetentionDays: 'abc' }, 'a number of days|whole number'],
    [{ overrideChangesPerHour: '-1' }, 'a whole number from 1 to 1000'],
    [{ evaluationRequestsPerSecond: '1e3' }, 'a whole number from 1 to 10000'],
    [{ environments: '' }, 'at least one environment'],
  ])('say of %j what it should be', (overrides, words) => {
    expect(() => read(overrides)).toThrow(new RegExp(words));
  });

  test('refuse a stage that cdk.json does not list, and say which it lists', () => {
    expect(() => read({ stage: 'constructor' })).toThrow('no stage "constructor"');
    expect(() => read({ stage: 'pord' })).toThrow(
      'no stage "pord" in "stages" of cdk.json, which has dev, prod',
    );
  });

  test('refuse a setting that does not exist, on the command line and in a stage', () => {
    expect(() => read({ 'retain-data': 'false' })).toThrow('no setting retain-data');
    expect(() => read({ alowedOrigins: 'https://app.example.com' })).toThrow(/Settings[^]*alowedOrigins/);
    expect(() => read({ stage: 'qa', stages: { qa: { retainDatas: false } } })).toThrow(/retainDatas/);
  });
});
