import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoClient } from './engine';
import { waitFor } from './stream';
import type { TableSpec } from './template';

/** DynamoDB takes up to days; a laptop shows late removal within a moment. */
export const DEFAULT_DELAY_MS = 10_000;
const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 3600;

/** So that a delay of nothing does not read the tables without a pause. */
const SHORTEST_INTERVAL_MS = 200;
/** Pauses between the pages of a table are so many times as long as their reading: a large one is nobody's only work. */
const PAUSE_SHARE = 20;
/** But no longer than this: where a page takes long because the machine is busy, a pass would take minutes. */
const LONGEST_PAUSE_MS = 1_000;

type Key = Record<string, unknown>;

const markOf = (tableName: string, key: Key, ttl: number): string =>
  JSON.stringify([tableName, Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)), ttl]);

/** Which items were removed here because their time was over: their stream records are marked as DynamoDB's. */
export class CollectedItems {
  private readonly marks = new Set<string>();

  /** Survives a restart: a record may be read after it. */
  constructor(private readonly file: string) {
    if (existsSync(file)) {
      readFileSync(file, 'utf8')
        .split('\n')
        .forEach((mark) => this.marks.add(mark));
    }
  }

  add(tableName: string, key: Key, ttl: number): void {
    const mark = markOf(tableName, key, ttl);
    this.marks.add(mark);
    appendFileSync(this.file, `${mark}\n`);
  }

  has(tableName: string, key: Key, ttl: number): boolean {
    return this.marks.has(markOf(tableName, key, ttl));
  }
}

/** Removes what has expired, late, as DynamoDB would: the embedded engine does not. */
export class Collector {
  private readonly stopping = new AbortController();
  private readonly client: DynamoDBDocumentClient;

  constructor(
    endpoint: string,
    private readonly tables: readonly TableSpec[],
    private readonly collected: CollectedItems,
    private readonly delayMs: number,
    private readonly log: (error: unknown) => void,
  ) {
    this.client = DynamoDBDocumentClient.from(dynamoClient(endpoint));
  }

  start(): void {
    const { signal } = this.stopping;
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        await this.collect().catch(this.log);
        await waitFor(Math.max(SHORTEST_INTERVAL_MS, this.delayMs / 2), signal);
      }
    };
    void run();
  }

  stop(): void {
    this.stopping.abort();
  }

  async collect(): Promise<void> {
    for (const table of this.tables) {
      if (table.ttlAttribute !== undefined) {
        await this.collectFrom(table, table.ttlAttribute);
      }
    }
  }

  private async collectFrom({ input }: TableSpec, ttlAttribute: string): Promise<void> {
    const before = Math.floor((Date.now() - this.delayMs) / 1000);
    const keyNames = (input.KeySchema ?? []).map(({ AttributeName }) => String(AttributeName));
    let start: Key | undefined;
    let pauseMs = 0;
    do {
      await waitFor(pauseMs, this.stopping.signal);
      const askedAtMs = Date.now();
      const page = await this.client.send(
        new ScanCommand({
          TableName: input.TableName,
          FilterExpression: '#ttl BETWEEN :oldest AND :before',
          ExpressionAttributeNames: { '#ttl': ttlAttribute },
          ExpressionAttributeValues: { ':oldest': before - FIVE_YEARS_SECONDS, ':before': before },
          ExclusiveStartKey: start,
        }),
      );
      pauseMs = Math.min(LONGEST_PAUSE_MS, PAUSE_SHARE * (Date.now() - askedAtMs));
      for (const item of page.Items ?? []) {
        const key = Object.fromEntries(keyNames.map((name) => [name, item[name] as unknown]));
        await this.remove(input.TableName, key, ttlAttribute, Number(item[ttlAttribute]));
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && !this.stopping.signal.aborted);
  }

  private async remove(tableName: string, key: Key, ttlAttribute: string, ttl: number): Promise<void> {
    this.collected.add(tableName, key, ttl);
    const command = new DeleteCommand({
      TableName: tableName,
      Key: key,
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': ttlAttribute },
      ExpressionAttributeValues: { ':seen': ttl },
    });
    await this.client.send(command).catch((error: unknown) => {
      // written anew since it was seen: it lives on
      if (!(error instanceof ConditionalCheckFailedException)) {
        throw error;
      }
    });
  }
}
