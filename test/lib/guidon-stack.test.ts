import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../../functions/routes';
import { streamHandlers } from '../../functions/stream-handlers';
import { asText, functionIdOf, functionNames, propertiesOf, synthesize } from './synthesize';

interface FunctionProperties {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Architectures: string[];
  readonly Timeout: number;
  readonly TracingConfig: { readonly Mode: string };
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
const issuer = 'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/UserPool';

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
        new Map([
          ['work', 300],
          ['record', 60],
          ['import', 15],
        ]).get(access) ?? 10,
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

  test.each(rows)('$name is traced', ({ name }) => {
    expect(lambdaOf(name).TracingConfig).toEqual({ Mode: 'Active' });
  });

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
            OVERRIDE_CHANGES_PER_HOUR: '100',
            TOKEN_ISSUER: issuer,
            TOKEN_JWKS_URI: `${issuer}/.well-known/jwks.json`,
            TOKEN_CLIENT_IDS: 'UserPoolClient',
            TOKEN_MACHINE_CLIENT_IDS: 'UserPoolMachineClient',
            GROUPS_CLAIM: 'cognito:groups',
            USER_TYPE_CLAIM: 'custom:userType',
            SUBSCRIPTION_CLAIM: 'custom:subscription',
            USER_POOL_ID: 'UserPool',
            IMPORT_PARTS: 's3://ImportBucket',
          },
    );
  });
});

test('the keys of the user pool may be fetched elsewhere, under the same issuer', () => {
  const elsewhere = synthesize({ retainData: false, cognitoEndpoint: 'http://127.0.0.1:4566' });
  const { Environment } = propertiesOf<FunctionProperties>(elsewhere, 'AWS::Lambda::Function')[
    functionIdOf('get-flag')
  ]!;
  expect(asText(Environment.Variables['TOKEN_JWKS_URI'])).toBe(
    'http://127.0.0.1:4566/UserPool/.well-known/jwks.json',
  );
  expect(asText(Environment.Variables['TOKEN_ISSUER'])).toBe(issuer);
});

describe('evaluation functions', () => {
  const reserved = (from: typeof template) =>
    Object.entries(
      propertiesOf<{ ReservedConcurrentExecutions?: number }>(from, 'AWS::Lambda::Function'),
    ).filter(([, { ReservedConcurrentExecutions }]) => ReservedConcurrentExecutions !== undefined);

  test('share the concurrency of the account, which a new one cannot divide', () => {
    expect(reserved(template)).toEqual([]);
  });

  test('have a share of their own where the deployment says so', () => {
    const shares = reserved(synthesize({ evaluationReservedConcurrency: 40 }));
    expect(Object.fromEntries(shares.map(([id, each]) => [id, each.ReservedConcurrentExecutions]))).toEqual(
      Object.fromEntries(rows.filter(({ access }) => access === 'evaluate').map(({ id }) => [id, 40])),
    );
  });
});

describe('the template', () => {
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1b2c';
  test.each([
    ['as it is by default', {}],
    [
      'with all that a deployment can add',
      {
        cloudFront: true,
        domainName: 'flags.example.com',
        certificateArn,
        hostedZoneId: 'Z0123456789',
        alarmEmail: 'on-call@example.com',
        evaluationReservedConcurrency: 10,
      },
    ],
    [
      'that may be thrown away, with a host name of its own',
      {
        retainData: false,
        allowedOrigins: [],
        domainName: 'flags.example.com',
        certificateArn: certificateArn.replace('us-east-1', 'eu-west-1'),
        hostedZoneId: 'Z0123456789',
      },
    ],
  ])(
    'passes the checks of CloudFormation, AwsSolutions and Serverless, but for what is acknowledged: %s',
    (_, settings) => {
      expect(() => synthesize(settings, { checked: true })).not.toThrow();
    },
  );

  test('stays well under the 500 resources that CloudFormation allows', () => {
    expect(Object.keys(template.toJSON().Resources as object).length).toBeLessThan(450);
  });

  test('says where the API, the user pool and the tables are', () => {
    const outputs = template.toJSON().Outputs as Record<string, { Value: unknown }>;
    expect(
      Object.fromEntries(Object.entries(outputs).map(([name, { Value }]) => [name, asText(Value)])),
    ).toEqual({
      ApiUrl: 'ApiHttpApi.ApiEndpoint',
      SignedApiUrl: 'ApiHttpApi.ApiEndpoint/signed',
      UserPoolId: 'UserPool',
      UserPoolClientId: 'UserPoolClient',
      MachineClientId: 'UserPoolMachineClient',
      MachineTokenUrl: 'https://UserPoolTokenDomain.auth.<AWS::Region>.amazoncognito.com/oauth2/token',
      AdminPolicyArn: 'OperatorsAdmin',
      ViewerPolicyArn: 'OperatorsViewer',
      FlagTableName: 'FlagTable',
      AuditTableName: 'AuditTable',
      DeadLetterQueueUrl: 'DeadLetterQueue',
      AlarmTopicArn: 'ObservabilityAlarmTopic',
    });
  });

  const secret =
    /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE|eyJ[\w-]{10,}\.|ghp_\w{10}|xox[bp]-\d/;

  test('holds no secret, nor do the environments of functions', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(secret);
    expect(text).not.toMatch(/"\w*(secret|password|apikey)\w*":"/i);
    expect(text).not.toContain('{{resolve:');
  });

  test.each(rows)('of $name goes with a bundle without secrets', ({ name }) => {
    const file = join(__dirname, '..', '..', 'build', 'functions', name, 'index.mjs');
    const bundle = readFileSync(file, 'utf8');
    expect(bundle.length).toBeGreaterThan(10_000);
    expect(bundle).not.toMatch(secret);
    expect(bundle).not.toMatch(
      /local-(admin|viewer)-operator|Guidon-demo|(admin|viewer|alice|bob)@example\.com/,
    );
  });

  test('knows a secret when it sees one', () => {
    for (const text of ['AKIAABCDEFGHIJKLMNOP', '-----BEGIN RSA PRIVATE KEY', 'eyJhbGciOiJSUzI1NiJ9.e30']) {
      expect(text).toMatch(secret);
    }
  });
});
