import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createTables, dynamoClient, startEngine } from '../../local/engine';
import { readTemplate } from '../../local/template';
import { stopAtTheEnd } from './left-running';

export interface TestEngine {
  readonly endpoint: string;
  readonly flagTableName: string;
  readonly auditTableName: string;
  /** Items of FlagTable with this partition key and beginning of the sort key. */
  itemsBeginning(partition: string, sortKey: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const createTestTables = async (endpoint: string, stream: boolean): Promise<void> => {
  const { tables } = readTemplate(process.env['GUIDON_ASSEMBLY_DIR'] ?? '');
  await createTables(
    endpoint,
    stream
      ? tables
      : tables.map((table) => ({ ...table, input: { ...table.input, StreamSpecification: undefined } })),
  );
};

/** An engine of its own with the tables of the template, empty. A stream slows it down with every write. */
export const startTestEngine = async ({ stream = false } = {}): Promise<TestEngine> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'guidon-engine-'));
  const engine = await startEngine({ dataDir, kind: process.env['GUIDON_ENGINE'], isEphemeral: true });
  const stop = stopAtTheEnd(async () => {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await createTestTables(engine.endpoint, stream);
  const client = DynamoDBDocumentClient.from(dynamoClient(engine.endpoint));
  return {
    endpoint: engine.endpoint,
    flagTableName: 'FlagTable',
    auditTableName: 'AuditTable',
    itemsBeginning: async (partition, sortKey) => {
      const command = new QueryCommand({
        TableName: 'FlagTable',
        KeyConditionExpression: 'PK = :partition AND begins_with(SK, :sortKey)',
        ExpressionAttributeValues: { ':partition': partition, ':sortKey': sortKey },
      });
      return (await client.send(command)).Items ?? [];
    },
    stop,
  };
};
