import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetCommand,
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { deadlineSignal, remainingMs } from '../deadline';
import { StoreUnavailable, WriteConflict } from '../errors';
import { faultOf } from './faults';
import type { Key } from './keys';

export type Item = Record<string, unknown>;
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const MAX_GETS = 100;
const MAX_WRITES = 25;
/** A try that begins with less time than this could not end. */
const LEAST_MS = 50;
/** Outside a request's deadline, how often a passing fault is met again. */
const MAX_TRIES = 12;

const jitter = (attempt: number): number => Math.random() * Math.min(400, 20 * 2 ** attempt);

const chunked = <Element>(elements: readonly Element[], size: number): Element[][] =>
  Array.from({ length: Math.ceil(elements.length / size) }, (_, index) =>
    elements.slice(index * size, (index + 1) * size),
  );

/** One table, with the house rules of calling it: deadlines, bounded retries, faults by their meaning. */
export class Table {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    readonly name: string,
  ) {}

  async get(key: Key, consistency: 'strong' | 'eventual'): Promise<Item | undefined> {
    const command = new GetCommand({
      TableName: this.name,
      Key: key,
      ConsistentRead: consistency === 'strong',
    });
    return (await this.read(() => this.client.send(command, this.options()))).Item;
  }

  /** The items that exist, in no order. Keys that the store leaves unprocessed are asked again until the deadline. */
  async batchGet(keys: readonly Key[], consistency: 'strong' | 'eventual'): Promise<Item[]> {
    const pages = await Promise.all(
      chunked(keys, MAX_GETS).map((chunk) => this.batchGetChunk(chunk, consistency)),
    );
    return pages.flat();
  }

  private async batchGetChunk(keys: readonly Key[], consistency: 'strong' | 'eventual'): Promise<Item[]> {
    const found: Item[] = [];
    let pending: Record<string, unknown>[] = keys.map((key) => ({ ...key }));
    for (let attempt = 0; pending.length > 0; attempt += 1) {
      await this.pauseBefore(attempt, undefined);
      const request = { Keys: pending, ConsistentRead: consistency === 'strong' };
      const command = new BatchGetCommand({ RequestItems: { [this.name]: request } });
      const answer = await this.read(() => this.client.send(command, this.options()));
      found.push(...(answer.Responses?.[this.name] ?? []));
      pending = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return found;
  }

  /** One page. */
  async queryPage(
    input: Omit<QueryCommandInput, 'TableName'>,
  ): Promise<{ items: Item[]; last: Item | undefined; count: number; scanned: number }> {
    const command = new QueryCommand({ TableName: this.name, ...input });
    const answer = await this.read(() => this.client.send(command, this.options()));
    const { Items = [], LastEvaluatedKey: last, Count = 0, ScannedCount = 0 } = answer;
    return { items: Items, last, count: Count, scanned: ScannedCount };
  }

  /** Page after page to the end. */
  async *query(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item[]> {
    let start = input.ExclusiveStartKey;
    do {
      const page = await this.queryPage({ ...input, ExclusiveStartKey: start });
      yield page.items;
      start = page.last;
    } while (start !== undefined);
  }

  /** All or nothing. A try whose outcome is unknown is made again under the same token, so it counts once. */
  async transact(items: TransactItem[]): Promise<void> {
    const command = new TransactWriteCommand({ TransactItems: items, ClientRequestToken: randomUUID() });
    await this.write(() => this.client.send(command, this.options()));
  }

  async update(input: Omit<UpdateCommandInput, 'TableName'>): Promise<void> {
    const command = new UpdateCommand({ TableName: this.name, ...input });
    await this.write(() => this.client.send(command, this.options()));
  }

  /** Like {@link update}, once: the raw error of a failed condition reaches the caller, with the item it met. */
  async updateOnce(input: Omit<UpdateCommandInput, 'TableName'>): Promise<void> {
    const command = new UpdateCommand({ TableName: this.name, ...input });
    await this.client.send(command, this.options());
  }

  async put(item: Item, condition?: string): Promise<void> {
    const command = new PutCommand({ TableName: this.name, Item: item, ConditionExpression: condition });
    await this.write(() => this.client.send(command, this.options()));
  }

  async deleteAll(keys: readonly Key[]): Promise<void> {
    for (const chunk of chunked(keys, MAX_WRITES)) {
      let pending: Item[] = chunk.map((key) => ({ DeleteRequest: { Key: key } }));
      for (let attempt = 0; pending.length > 0; attempt += 1) {
        await this.pauseBefore(attempt, undefined);
        const command = new BatchWriteCommand({ RequestItems: { [this.name]: pending } });
        const answer = await this.read(() => this.client.send(command, this.options()));
        pending = answer.UnprocessedItems?.[this.name] ?? [];
      }
    }
  }

  private options(): { abortSignal?: AbortSignal } {
    const signal = deadlineSignal();
    return signal === undefined ? {} : { abortSignal: signal };
  }

  private async read<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw faultOf(error) === 'bug' ? error : new StoreUnavailable('no', error);
    }
  }

  private async write(send: () => Promise<unknown>): Promise<void> {
    let applied: 'no' | 'unknown' = 'no';
    let last: unknown;
    for (let attempt = 0; ; attempt += 1) {
      await this.pauseBefore(attempt, last, applied);
      try {
        await send();
        return;
      } catch (error) {
        last = error;
        const fault = faultOf(error);
        if (fault === 'bug') {
          throw error;
        }
        if (fault === 'condition') {
          throw new WriteConflict('the state is not the one the write was decided on', { cause: error });
        }
        applied = fault === 'unknown' ? 'unknown' : applied;
      }
    }
  }

  private async pauseBefore(
    attempt: number,
    cause: unknown,
    applied: 'no' | 'unknown' = 'no',
  ): Promise<void> {
    if (attempt === 0) {
      return;
    }
    const pause = jitter(attempt);
    if (attempt >= MAX_TRIES || remainingMs() < pause + LEAST_MS) {
      throw new StoreUnavailable(applied, cause);
    }
    await sleep(pause);
  }
}
