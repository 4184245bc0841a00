import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createTables, dynamoClient, type Engine, startEngine } from '../../local/engine';
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

const createTestTables = async (endpoint: string, suffix: string, stream: boolean): Promise<void> => {
  const { tables } = readTemplate(process.env['GUIDON_ASSEMBLY_DIR'] ?? '');
  await createTables(
    endpoint,
    tables.map(({ input, ...table }) => ({
      ...table,
      input: {
        ...input,
        TableName: `${input.TableName}${suffix}`,
        StreamSpecification: stream ? input.StreamSpecification : undefined,
      },
    })),
  );
};

const kind = process.env['GUIDON_ENGINE'];

const startOne = async (): Promise<Pick<Engine, 'endpoint' | 'stop'>> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'guidon-engine-'));
  const engine = await startEngine({ dataDir, kind, isEphemeral: true });
  const stop = stopAtTheEnd(async () => {
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { endpoint: engine.endpoint, stop };
};

let ofFile: ReturnType<typeof startOne> | undefined;
let made = 0;

/** DynamoDB Local takes seconds to start: those who ask in a file share one, which ends with the file. */
const startOneOfFile = async (): ReturnType<typeof startOne> => {
  const { endpoint } = await (ofFile ??= startOne());
  return { endpoint, stop: async () => undefined };
};

/** An engine with the tables of the template, empty. A stream slows it down with every write. */
export const startTestEngine = async ({ stream = false } = {}): Promise<TestEngine> => {
  const engine = await (kind === 'official' ? startOneOfFile() : startOne());
  const suffix = made === 0 ? '' : String(made);
  made += 1;
  await createTestTables(engine.endpoint, suffix, stream);
  const [flagTableName, auditTableName] = [`FlagTable${suffix}`, `AuditTable${suffix}`];
  const client = DynamoDBDocumentClient.from(dynamoClient(engine.endpoint));
  return {
    endpoint: engine.endpoint,
    flagTableName,
    auditTableName,
    itemsBeginning: async (partition, sortKey) => {
      const command = new QueryCommand({
        TableName: flagTableName,
        KeyConditionExpression: 'PK = :partition AND begins_with(SK, :sortKey)',
        ExpressionAttributeValues: { ':partition': partition, ':sortKey': sortKey },
      });
      return (await client.send(command)).Items ?? [];
    },
    stop: engine.stop,
  };
};
