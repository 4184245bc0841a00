import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes, streamHandlers } from '../../functions/routes';
import { asText, functionIdOf, functionNames, propertiesOf, synthesize } from './synthesize';

interface FunctionProperties {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Architectures: string[];
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Code: { readonly S3Key: string };
  readonly Environment: { readonly Variables: Record<string, unknown> };
  readonly LoggingConfig: { readonly LogGroup: unknown };
}

const template = synthesize();
const lambdas = propertiesOf<FunctionProperties>(template, 'AWS::Lambda::Function');
const rows = [...routes, ...streamHandlers].map((row) => ({ ...row, id: functionIdOf(row.name) }));
const lambdaOf = (name: string): FunctionProperties => {
  const found = lambdas[functionIdOf(name)];
  if (found === undefined) {
    throw new Error(`No function for ${name}`);
  }
  return found;
};

const telemetry = { POWERTOOLS_SERVICE_NAME: 'guidon-test', POWERTOOLS_METRICS_NAMESPACE: 'Guidon' };
const issuer = 'https://cognito-idp.<AWS::Region>.amazonaws.com/UserPool';

describe('functions of the stack', () => {
  test('are the rows of the route table and the stream handlers, and no others', () => {
    expect(Object.keys(lambdas).sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  test.each(rows)('$name has an entry that exports a handler', ({ entry }) => {
    const source = readFileSync(join(__dirname, '..', '..', 'functions', `${entry}.ts`), 'utf8');
    expect(source).toMatch(/^export const handler\b/m);
  });

  test.each(rows)(
    '$name runs on Node.js 24 and arm64, with memory and time in bounds',
    ({ name, access }) => {
      const { Runtime, Architectures, Handler, MemorySize, Timeout } = lambdaOf(name);
      expect({ Runtime, Architectures, Handler }).toEqual({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(MemorySize).toBeGreaterThanOrEqual(512);
      expect(MemorySize).toBeLessThanOrEqual(1769);
      expect(Timeout).toBe(
        { record: 60, sweep: 300, nothing: 10, evaluate: 10, read: 10, write: 10 }[access],
      );
    },
  );

  test('each run code of their own', () => {
    expect(new Set(Object.values(lambdas).map(({ Code }) => Code.S3Key)).size).toBe(functionNames.length);
  });

  test.each(rows)(
    '$name logs to a group of its own, which forgets after the configured days',
    ({ name, id }) => {
      const groups = propertiesOf<{ RetentionInDays: number }>(template, 'AWS::Logs::LogGroup');
      expect(asText(lambdaOf(name).LoggingConfig.LogGroup)).toBe(`${id}Logs`);
      expect(groups[`${id}Logs`]).toEqual({ RetentionInDays: 30 });
    },
  );

  test.each(rows)('$name is told what its access profile needs, and nothing else', ({ name, access }) => {
    const variables = Object.fromEntries(
      Object.entries(lambdaOf(name).Environment.Variables).map(([key, value]) => [key, asText(value)]),
    );
    expect(variables).toEqual(
      access === 'nothing'
        ? telemetry
        : {
            ...telemetry,
            FLAG_TABLE_NAME: 'FlagTable',
            AUDIT_TABLE_NAME: 'AuditTable',
            ENVIRONMENTS: 'development,production',
            DEFAULT_ENVIRONMENT: 'production',
            USER_ID_FORMAT: 'sub',
            TOKEN_ISSUER: issuer,
            TOKEN_JWKS_URI: `${issuer}/.well-known/jwks.json`,
            TOKEN_CLIENT_IDS: 'UserPoolClient',
            USER_POOL_ID: 'UserPool',
          },
    );
  });
});

test('the keys of the user pool may be fetched elsewhere, under the same issuer', () => {
  const elsewhere = synthesize({ cognitoEndpoint: 'http://127.0.0.1:4566' });
  const { Environment } = propertiesOf<FunctionProperties>(elsewhere, 'AWS::Lambda::Function')[
    functionIdOf('get-flag')
  ]!;
  expect(asText(Environment.Variables['TOKEN_JWKS_URI'])).toBe(
    'http://127.0.0.1:4566/UserPool/.well-known/jwks.json',
  );
  expect(asText(Environment.Variables['TOKEN_ISSUER'])).toBe(issuer);
});

describe('the template', () => {
  test('passes the checks of CloudFormation and AwsSolutions, but for what is acknowledged', () => {
    expect(() => synthesize({}, { checked: true })).not.toThrow();
  });

  test('stays well under the 500 resources that CloudFormation allows', () => {
    expect(Object.keys(template.toJSON().Resources as object).length).toBeLessThan(450);
  });

  test('says where the API, the user pool and the tables are', () => {
    const outputs = template.toJSON().Outputs as Record<string, { Value: unknown }>;
    expect(
      Object.fromEntries(Object.entries(outputs).map(([name, { Value }]) => [name, asText(Value)])),
    ).toEqual({
      ApiUrl: 'ApiHttpApi.ApiEndpoint',
      UserPoolId: 'UserPool',
      UserPoolClientId: 'UserPoolClient',
      FlagTableName: 'FlagTable',
      AuditTableName: 'AuditTable',
    });
  });

  test('holds no secret', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(
      /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|eyJ[\w-]{10,}|ghp_|xox[bp]-|"\w*(secret|apikey)\w*":"/i,
    );
  });
});

describe('alarms', () => {
  interface AlarmProperties {
    readonly MetricName: string;
    readonly Threshold: number;
    readonly ComparisonOperator: string;
    readonly AlarmActions?: unknown[];
  }

  test('watch the API, both stream functions, the dead letters and what the functions say of themselves', () => {
    const alarms = propertiesOf<AlarmProperties>(template, 'AWS::CloudWatch::Alarm');
    const summary = Object.values(alarms).map((alarm) => `${alarm.MetricName} ${alarm.Threshold}`);
    expect(summary.sort()).toEqual([
      '5xx 0',
      'ApproximateNumberOfMessagesVisible 0',
      'CorruptFlags 0',
      'Errors 0',
      'Errors 0',
      'IteratorAge 60000',
      'IteratorAge 60000',
      'OverridesStale 0',
      'PoisonRecords 0',
      'RulesetStale 0',
    ]);
    for (const alarm of Object.values(alarms)) {
      expect(alarm.ComparisonOperator).toBe('GreaterThanThreshold');
      expect(alarm.AlarmActions).toBeUndefined();
    }
  });

  test('tell the topic that the deployment names', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:on-call';
    const alarms = propertiesOf<AlarmProperties>(synthesize({ alarmTopicArn }), 'AWS::CloudWatch::Alarm');
    for (const alarm of Object.values(alarms)) {
      expect(alarm.AlarmActions).toEqual([alarmTopicArn]);
    }
  });
});
