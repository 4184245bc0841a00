import { streamHandlers } from '../../../functions/stream-handlers';
import { asText, functionIdOf, propertiesOf, synthesize } from '../synthesize';

interface TableProperties {
  readonly KeySchema: readonly KeyPart[];
  readonly GlobalSecondaryIndexes: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyPart[];
    readonly Projection: { readonly ProjectionType: string };
  }[];
  readonly ResourcePolicy?: { readonly PolicyDocument: { readonly Statement: readonly object[] } };
}

interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: string;
}

const template = synthesize();
const tables = propertiesOf<TableProperties>(template, 'AWS::DynamoDB::Table');
const names = (parts: readonly KeyPart[] = []): string => parts.map((part) => part.AttributeName).join(' ');
const indexesOf = (table: TableProperties | undefined): string[] =>
  (table?.GlobalSecondaryIndexes ?? []).map(
    ({ IndexName, KeySchema, Projection }) =>
      `${IndexName}: ${names(KeySchema)}, ${Projection.ProjectionType}`,
  );

describe('both tables', () => {
  test.each(['FlagTable', 'AuditTable'])(
    '%s is on demand, encrypted, recoverable and hard to delete',
    (id) => {
      expect(tables[id]).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      });
      expect(names(tables[id]?.KeySchema)).toBe('PK SK');
    },
  );

  test('and the user pool with its groups and clients outlive the stack, unless the deployment says otherwise', () => {
    const policiesOf = (from: typeof template): unknown[] =>
      [
        'AWS::DynamoDB::Table',
        'AWS::S3::Bucket',
        'AWS::Cognito::UserPool',
        'AWS::Cognito::UserPoolGroup',
        'AWS::Cognito::UserPoolClient',
        'AWS::Cognito::UserPoolResourceServer',
      ].flatMap((type) =>
        Object.values(from.findResources(type)).map((resource) => resource['DeletionPolicy'] as unknown),
      );
    expect(policiesOf(template)).toEqual(Array(9).fill('Retain'));
    expect(policiesOf(synthesize({ retainData: false }))).toEqual(Array(9).fill('Delete'));
  });
});

describe('FlagTable', () => {
  test('expires items by ttl and streams new and old images', () => {
    expect(tables['FlagTable']).toMatchObject({
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  test('is indexed by what a user has and by expiry', () => {
    expect(indexesOf(tables['FlagTable'])).toEqual(['GSI1: GSI1PK GSI1SK, ALL', 'GSI2: GSI2PK GSI2SK, ALL']);
  });
});

describe('AuditTable', () => {
  test('never expires anything', () => {
    expect(tables['AuditTable']).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('is found by environment, flag, user and actor, in order of time', () => {
    expect(indexesOf(tables['AuditTable'])).toEqual(
      ['byEnvironment', 'byFlag', 'byUser', 'byActor'].map((name) => `${name}: ${name} sort, ALL`),
    );
  });

  test('refuses everybody who would change or remove a row, and lets rows be put', () => {
    expect(tables['AuditTable']?.ResourcePolicy?.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: [
          'dynamodb:BatchWriteItem',
          'dynamodb:DeleteItem',
          'dynamodb:PartiQLDelete',
          'dynamodb:PartiQLUpdate',
          'dynamodb:UpdateItem',
        ],
        Resource: '*',
      },
    ]);
  });
});

describe('the bucket of imports', () => {
  test('is nobody else’s, encrypted, asks for TLS, and forgets', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
    });
    expect(JSON.stringify(template.findResources('AWS::S3::BucketPolicy'))).toContain(
      '"aws:SecureTransport":"false"',
    );
  });
});

describe('the stream of FlagTable', () => {
  interface MappingProperties {
    readonly FunctionName: unknown;
    readonly EventSourceArn: unknown;
    readonly FilterCriteria: { readonly Filters: readonly { readonly Pattern: string }[] };
    readonly DestinationConfig: { readonly OnFailure: { readonly Destination: unknown } };
  }

  const mappings = Object.values(
    propertiesOf<MappingProperties>(template, 'AWS::Lambda::EventSourceMapping'),
  );

  test('feeds every stream handler, and they are at most the two that a shard can serve', () => {
    expect(mappings).toHaveLength(streamHandlers.length);
    expect(mappings.length).toBeLessThanOrEqual(2);
    expect(new Set(mappings.map(({ EventSourceArn }) => asText(EventSourceArn)))).toEqual(
      new Set(['FlagTable.StreamArn']),
    );
  });

  test.each(streamHandlers)('hands $name the records its filters let through', ({ name, filters }) => {
    const mapping = mappings.find(({ FunctionName }) => asText(FunctionName) === functionIdOf(name));
    expect(mapping?.FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual(
      filters,
    );
  });

  test('bisects failing batches, retries a bounded number of times and puts the rest aside', () => {
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 12 * 60 * 60,
    });
    for (const { DestinationConfig } of mappings) {
      expect(asText(DestinationConfig.OnFailure.Destination)).toBe('DeadLetterQueue.Arn');
    }
  });

  test('puts records aside in a queue that is encrypted and asks for TLS', () => {
    template.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    expect(JSON.stringify(template.findResources('AWS::SQS::QueuePolicy'))).toContain(
      '"aws:SecureTransport":"false"',
    );
  });
});
