import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AccessProfile } from '../../functions/routes';
import { acknowledgeWildcard } from './acknowledge';
import type { AuditTable } from './audit-table';
import type { DeadLetterQueue } from './dead-letter-queue';
import type { FlagTable } from './flag-table';
import type { FlagUserPool } from './flag-user-pool';
import type { ImportBucket } from './import-bucket';

export interface AccessRolesProps {
  readonly flagTable: FlagTable;
  readonly auditTable: AuditTable;
  readonly userPool: FlagUserPool;
  readonly deadLetterQueue: DeadLetterQueue;
  readonly importBucket: ImportBucket;
}

/**
 * One role per access profile instead of one per function: CloudFormation takes 500 resources a stack.
 * Each may also write to the log groups of its functions, see `FlagFunction`.
 */
export class AccessRoles extends Construct {
  private readonly roles: Readonly<Record<AccessProfile, Role>>;

  constructor(scope: Construct, id: string, props: AccessRolesProps) {
    super(scope, id);
    this.roles = {
      nothing: this.createRole('Nothing', props, []),
      evaluate: this.createRole('Evaluate', props, evaluate(props)),
      read: this.createRole('Read', props, read(props)),
      inspect: this.createRole('Inspect', props, inspect(props)),
      write: this.createRole('Write', props, write(props)),
      survey: this.createRole('Survey', props, survey(props)),
      target: this.createRole('Target', props, target(props)),
      equip: this.createRole('Equip', props, equip(props)),
      assign: this.createRole('Assign', props, assign(props)),
      revert: this.createRole('Revert', props, revert(props)),
      record: this.createRole('Record', props, record(props)),
      import: this.createRole('Import', props, importing(props)),
      work: this.createRole('Work', props, work(props)),
    };
    acknowledgeWildcard(
      this,
      props.importBucket.partsArn,
      'Objects are named after the imports they belong to',
    );
    acknowledgeWildcard(this, '*', 'Traces belong to no resource: X-Ray takes only "*"');
  }

  of(profile: AccessProfile): Role {
    return this.roles[profile];
  }

  private createRole(id: string, { auditTable }: AccessRolesProps, grants: PolicyStatement[]): Role {
    const role = new Role(this, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    for (const statement of [...grants, auditTable.denyRewriting()]) {
      role.addToPolicy(statement);
    }
    return role;
  }
}

/** Where `shared/dynamodb/keys.ts` puts counts. */
const STATS_PREFIX = 'STATS#';

const allow = (resources: readonly string[], actions: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

/** Writes nothing but how often it evaluated. */
const evaluate = ({ flagTable }: AccessRolesProps): PolicyStatement[] => [
  allow([flagTable.tableArn], ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']),
  allow([flagTable.userIndexArn], ['dynamodb:Query']),
  new PolicyStatement({
    actions: ['dynamodb:UpdateItem'],
    resources: [flagTable.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${STATS_PREFIX}*`] } },
  }),
];

const read = ({ flagTable, auditTable }: AccessRolesProps): PolicyStatement[] => [
  allow([flagTable.tableArn], ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query']),
  allow([flagTable.userIndexArn, flagTable.expiryIndexArn], ['dynamodb:Query']),
  allow(auditTable.indexArns, ['dynamodb:Query']),
  allow([auditTable.tableArn], ['dynamodb:GetItem', 'dynamodb:BatchGetItem']),
];

const inspect = (props: AccessRolesProps): PolicyStatement[] => [
  ...read(props),
  allow([props.userPool.userPoolArn], ['cognito-idp:ListUsers', 'cognito-idp:AdminListGroupsForUser']),
];

/** No DeleteItem: what is deleted becomes a tombstone that expires. */
const write = ({ flagTable }: AccessRolesProps): PolicyStatement[] => [
  allow(
    [flagTable.tableArn],
    [
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    ],
  ),
];

const survey = (props: AccessRolesProps): PolicyStatement[] => [
  ...write(props),
  allow([props.flagTable.tableArn], ['dynamodb:Query']),
];

const target = (props: AccessRolesProps): PolicyStatement[] => [
  ...write(props),
  allow([props.userPool.userPoolArn], ['cognito-idp:ListUsers']),
];

const revert = (props: AccessRolesProps): PolicyStatement[] => [
  ...survey(props),
  allow([props.flagTable.userIndexArn], ['dynamodb:Query']),
  allow([props.auditTable.tableArn], ['dynamodb:GetItem']),
];

const importing = (props: AccessRolesProps): PolicyStatement[] => [
  ...survey(props),
  allow([props.importBucket.partsArn], ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
  // without it S3 refuses what is not there, instead of saying so
  allow([props.importBucket.bucketArn], ['s3:ListBucket']),
];

const equip = (props: AccessRolesProps): PolicyStatement[] => [
  ...write(props),
  allow([props.flagTable.userIndexArn], ['dynamodb:Query']),
];

const assign = (props: AccessRolesProps): PolicyStatement[] => [
  ...equip(props),
  allow([props.userPool.userPoolArn], ['cognito-idp:ListUsers']),
];

const readStream = ({ flagTable, deadLetterQueue }: AccessRolesProps): PolicyStatement[] => [
  allow(
    [flagTable.streamArn],
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
  ),
  allow([deadLetterQueue.queueArn], ['sqs:SendMessage']),
];

const record = (props: AccessRolesProps): PolicyStatement[] => [
  ...readStream(props),
  allow(
    [props.flagTable.tableArn],
    ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  ),
  allow([props.auditTable.tableArn], ['dynamodb:PutItem']),
];

const work = (props: AccessRolesProps): PolicyStatement[] => [
  ...readStream(props),
  ...survey(props),
  allow([props.flagTable.tableArn], ['dynamodb:BatchWriteItem']),
  allow([props.importBucket.partsArn], ['s3:GetObject', 's3:DeleteObject']),
  allow([props.importBucket.bucketArn], ['s3:ListBucket']),
];
