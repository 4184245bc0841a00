import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { Database } from 'node-sqlite3-wasm';
import { dynamoClient, type Engine, startEngine } from '../../local/engine';
import { indexStreams } from '../../local/stream-indexes';

let dataDir: string;
let engine: Engine | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'guidon-engine-'));
});
afterEach(async () => {
  await engine?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const answers = ({ endpoint }: Engine) => dynamoClient(endpoint).send(new ListTablesCommand({}));

/** What the engine asks of a stream, in the words of its version 1.2.1. */
const QUESTIONS = [
  'SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1',
  `SELECT event_name FROM _stream_records WHERE table_name = ?1 AND shard_id = ?2
     AND CAST(sequence_number AS INTEGER) > ?3 ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT ?4`,
  `SELECT MIN(sequence_number), MAX(sequence_number) FROM _stream_records
     WHERE table_name = ?1 AND shard_id = ?2`,
];

const plansOf = (database: string): unknown[] => {
  const db = new Database(database);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    return QUESTIONS.flatMap((question) => db.all(`EXPLAIN QUERY PLAN ${question}`)).map(
      ({ detail }) => detail,
    );
  } finally {
    db.close();
  }
};

describe('the streams of an engine that keeps its data', () => {
  it('are found their way in by indexes, also behind a start that was killed', async () => {
    engine = await startEngine({ dataDir });
    await dynamoClient(engine.endpoint).send(
      new CreateTableCommand({
        TableName: 'kept',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await engine.stop();
    const database = join(dataDir, 'dynamodb.sqlite');
    // where there is no embedded engine, that of DynamoDB Local keeps its data its own way
    if (existsSync(database)) {
      expect(plansOf(database)).toEqual([
        'SEARCH _stream_records USING COVERING INDEX guidon_stream_end (table_name=?)',
        'SEARCH _stream_records USING INDEX guidon_stream_places (table_name=? AND shard_id=? AND <expr>>?)',
        'SEARCH _stream_records USING COVERING INDEX guidon_stream_places (table_name=? AND shard_id=?)',
      ]);
      mkdirSync(`${database}.lock`);
    }
    engine = await startEngine({ dataDir });
    const { TableNames } = await answers(engine);
    expect(TableNames).toEqual(['kept']);
  });

  it('have one engine alone, also behind a start that was killed and left its own running', async () => {
    const left = await startEngine({ dataDir });
    engine = await startEngine({ dataDir });
    await expect(answers(left)).rejects.toThrow();
    expect(await answers(engine)).toBeDefined();
  });

  it('wait for an engine to make its tables', () => {
    const database = join(dataDir, 'empty.sqlite');
    writeFileSync(database, '');
    expect(indexStreams(database)).toBe(false);
  });
});
