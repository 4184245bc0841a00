import { routes, type AccessProfile } from '../../../functions/routes';
import { streamHandlers } from '../../../functions/stream-handlers';
import { evaluationHourKey, statsPartition } from '../../../shared/dynamodb/keys';
import { asText, functionIdOf, propertiesOf, synthesize } from '../synthesize';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
}

interface PolicyProperties {
  readonly PolicyDocument: { readonly Statement: Statement[] };
  readonly Roles: unknown[];
}

const profiles: readonly AccessProfile[] = [
  'nothing',
  'evaluate',
  'read',
  'inspect',
  'write',
  'survey',
  'target',
  'equip',
  'assign',
  'revert',
  'record',
  'import',
  'work',
];
const roleIdOf = (profile: AccessProfile): string => `Access${profile[0]?.toUpperCase()}${profile.slice(1)}`;

const template = synthesize();
const policies = Object.values(propertiesOf<PolicyProperties>(template, 'AWS::IAM::Policy'));
const roles = propertiesOf<{ ManagedPolicyArns?: unknown; Policies?: unknown }>(template, 'AWS::IAM::Role');

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Sorted actions by resource. */
const grantsOf = (profile: AccessProfile, effect: Statement['Effect']): Record<string, string[]> => {
  const grants: Record<string, string[]> = {};
  for (const policy of policies.filter(({ Roles }) => Roles.map(asText).includes(roleIdOf(profile)))) {
    for (const statement of policy.PolicyDocument.Statement.filter(({ Effect }) => Effect === effect)) {
      for (const resource of asList(statement.Resource).map(asText)) {
        grants[resource] = [...(grants[resource] ?? []), ...asList(statement.Action).map(asText)].sort();
      }
    }
  }
  return grants;
};

const dynamodb = (...actions: string[]): string[] => actions.map((action) => `dynamodb:${action}`).sort();

const query = dynamodb('Query');
const streamReader = {
  'FlagTable.StreamArn': dynamodb('DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'),
  'DeadLetterQueue.Arn': ['sqs:SendMessage'],
};
const evaluator = {
  'FlagTable.Arn': dynamodb('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'),
  'FlagTable.Arn/index/GSI1': query,
};

const writing = dynamodb('GetItem', 'BatchGetItem', 'ConditionCheckItem', 'PutItem', 'UpdateItem');

/** X-Ray takes traces for no resource in particular. */
const tracing = { '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] };

const reader = {
  'FlagTable.Arn': dynamodb('GetItem', 'BatchGetItem', 'Query'),
  'FlagTable.Arn/index/GSI1': query,
  'FlagTable.Arn/index/GSI2': query,
  'AuditTable.Arn/index/byEnvironment': query,
  'AuditTable.Arn/index/byFlag': query,
  'AuditTable.Arn/index/byUser': query,
  'AuditTable.Arn/index/byActor': query,
  'AuditTable.Arn': dynamodb('GetItem', 'BatchGetItem'),
};

const expected: Readonly<Record<AccessProfile, Record<string, string[]>>> = {
  nothing: {},
  evaluate: evaluator,
  read: reader,
  inspect: {
    ...reader,
    'UserPool.Arn': ['cognito-idp:AdminListGroupsForUser', 'cognito-idp:ListUsers'],
  },
  write: { 'FlagTable.Arn': writing },
  survey: { 'FlagTable.Arn': [...writing, ...query].sort() },
  target: { 'FlagTable.Arn': writing, 'UserPool.Arn': ['cognito-idp:ListUsers'] },
  equip: { 'FlagTable.Arn': writing, 'FlagTable.Arn/index/GSI1': query },
  assign: {
    'FlagTable.Arn': writing,
    'FlagTable.Arn/index/GSI1': query,
    'UserPool.Arn': ['cognito-idp:ListUsers'],
  },
  revert: {
    'FlagTable.Arn': [...writing, ...query].sort(),
    'FlagTable.Arn/index/GSI1': query,
    'AuditTable.Arn': dynamodb('GetItem'),
  },
  record: {
    ...streamReader,
    'FlagTable.Arn': dynamodb('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    'AuditTable.Arn': dynamodb('PutItem'),
  },
  import: {
    'FlagTable.Arn': [...writing, ...query].sort(),
    'ImportBucket.Arn/imports/*': ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    'ImportBucket.Arn': ['s3:ListBucket'],
  },
  work: {
    ...streamReader,
    'FlagTable.Arn': [...writing, ...query, ...dynamodb('BatchWriteItem')].sort(),
    'ImportBucket.Arn/imports/*': ['s3:DeleteObject', 's3:GetObject'],
    'ImportBucket.Arn': ['s3:ListBucket'],
  },
};

const logGrantsOf = (profile: AccessProfile): Record<string, string[]> =>
  Object.fromEntries(
    [...routes, ...streamHandlers]
      .filter(({ access }) => access === profile)
      .map(({ name }) => [`${functionIdOf(name)}Logs.Arn`, ['logs:CreateLogStream', 'logs:PutLogEvents']]),
  );

describe('the role of an access profile', () => {
  test('exists once per profile, without policies of somebody else', () => {
    expect(Object.keys(roles).sort()).toEqual(profiles.map(roleIdOf).sort());
    for (const role of Object.values(roles)) {
      expect(role.ManagedPolicyArns).toBeUndefined();
      expect(role.Policies).toBeUndefined();
    }
  });

  test.each(profiles)('%s grants exactly what its functions do, and the log groups of these', (profile) => {
    expect(grantsOf(profile, 'Allow')).toEqual({ ...tracing, ...expected[profile], ...logGrantsOf(profile) });
  });

  test.each(profiles)('%s may never change or remove an audit row', (profile) => {
    expect(grantsOf(profile, 'Deny')).toEqual({
      'AuditTable.Arn': dynamodb(
        'BatchWriteItem',
        'DeleteItem',
        'PartiQLDelete',
        'PartiQLUpdate',
        'UpdateItem',
      ),
    });
  });

  test.each(profiles)(
    '%s names every action and resource, without a wildcard but for traces and the parts of imports',
    (profile) => {
      const { '*': everywhere, 'ImportBucket.Arn/imports/*': parts, ...grants } = grantsOf(profile, 'Allow');
      expect(everywhere).toEqual(tracing['*']);
      expect(JSON.stringify(parts ?? [])).not.toContain('*');
      expect(
        [...Object.keys(grants), ...Object.values(grants).flat()].filter((text) => text.includes('*')),
      ).toEqual([]);
    },
  );

  const toWrite =
    /:(Put(Item|Object)|Update|Delete|BatchWrite|PartiQL(Insert|Update|Delete)|Send|Admin(?!List))/;
  test.each(['nothing', 'read', 'inspect'] as const)('%s cannot write', (profile) => {
    const actions = Object.values(grantsOf(profile, 'Allow')).flat();
    expect(actions.filter((action) => toWrite.test(action))).toEqual([]);
    expect(dynamodb('PutItem', 'UpdateItem', 'DeleteItem').every((action) => toWrite.test(action))).toBe(
      true,
    );
  });

  test('evaluate can write nothing but counts', () => {
    const statements = policies
      .filter(({ Roles }) => Roles.map(asText).includes(roleIdOf('evaluate')))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(
        ({ Effect, Action }) =>
          Effect === 'Allow' && asList(Action).some((action) => toWrite.test(asText(action))),
      );
    expect(statements).toEqual([
      expect.objectContaining({
        Action: 'dynamodb:UpdateItem',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['STATS#*'] } },
      }),
    ]);
    expect(statsPartition('production')).toMatch(/^STATS#/);
    expect(evaluationHourKey('production', 0, '2026-11-21T09').PK).toMatch(/^STATS#/);
  });

  test('nothing but the recorder writes audit rows, and only by putting new ones', () => {
    const reading = dynamodb('GetItem', 'BatchGetItem');
    const writing = profiles.map((profile) => [
      profile,
      (grantsOf(profile, 'Allow')['AuditTable.Arn'] ?? []).filter((action) => !reading.includes(action)),
    ]);
    expect(writing.filter(([, actions]) => actions?.length !== 0)).toEqual([['record', dynamodb('PutItem')]]);
  });

  test.each([...routes, ...streamHandlers])('$access is what $name runs with', ({ name, access }) => {
    const lambdas = propertiesOf<{ Role: unknown }>(template, 'AWS::Lambda::Function');
    expect(asText(lambdas[functionIdOf(name)]?.Role)).toBe(`${roleIdOf(access)}.Arn`);
  });
});
