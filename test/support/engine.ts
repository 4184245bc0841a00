import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

export interface TestEngine {
  readonly endpoint: string;
  readonly flagTableName: string;
  readonly auditTableName: string;
  itemsBeginning(partition: string, sortKeyPrefix: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}
const freePort = () =>
  new Promise<number>((resolve) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as AddressInfo;
      s.close(() => resolve(port));
    });
  });
export const startTestEngine = async ({ stream = true } = {}): Promise<TestEngine> => {
  const port = await freePort();
  const eng = spawn(
    '/work/main/node_modules/@dynoxide/linux-x64/dynoxide',
    ['serve', '--port', String(port)],
    { stdio: 'ignore' },
  );
  await new Promise((r) => setTimeout(r, 200));
  const endpoint = `http://127.0.0.1:${port}`;
  const c = new DynamoDBClient({ endpoint });
  const gsi = (n: string, pk: string, sk: string) => ({
    IndexName: n,
    KeySchema: [
      { AttributeName: pk, KeyType: 'HASH' as const },
      { AttributeName: sk, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  });
  const S = (n: string) => ({ AttributeName: n, AttributeType: 'S' as const });
  await c.send(
    new CreateTableCommand({
      TableName: 'Flags',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['PK', 'SK', 'GSI1PK', 'GSI1SK', 'GSI2PK', 'GSI2SK'].map(S),
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [gsi('GSI1', 'GSI1PK', 'GSI1SK'), gsi('GSI2', 'GSI2PK', 'GSI2SK')],
      ...(stream
        ? { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const } }
        : {}),
    }),
  );
  await c.send(
    new CreateTableCommand({
      TableName: 'Audit',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['PK', 'SK', 'byEnvironment', 'byFlag', 'byUser', 'byActor', 'sort'].map(S),
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: ['byEnvironment', 'byFlag', 'byUser', 'byActor'].map((n) => gsi(n, n, 'sort')),
    }),
  );
  const doc = DynamoDBDocumentClient.from(c);
  return {
    endpoint,
    flagTableName: 'Flags',
    auditTableName: 'Audit',
    itemsBeginning: async (p, s) =>
      (
        await doc.send(
          new QueryCommand({
            TableName: 'Flags',
            KeyConditionExpression: 'PK = :p AND begins_with(SK, :s)',
            ExpressionAttributeValues: { ':p': p, ':s': s },
          }),
        )
      ).Items ?? [],
    stop: async () => {
      eng.kill();
    },
  };
};
