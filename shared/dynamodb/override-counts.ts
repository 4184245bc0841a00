import { remainingMs } from '../deadline';
import type { CountedKind, OverrideCounts } from '../override-ports';
import type { FlagGeneration } from '../ports';
import { countKey, expiryPartition, EXPIRY_SHARDS, overridePartition } from './keys';
import type { Item, Table, TransactItem } from './table';

/** A counter is moved by every override transaction; one item alone would make them conflict in a burst. */
const COUNT_SHARDS = 4;

type Counts = Record<CountedKind, number>;

const KINDS: readonly CountedKind[] = ['include', 'exclude', 'value', 'device'];

const attributeOf = (kind: CountedKind): string => `${kind}s`;

/** Counts the overrides of a generation that are switched on, in the transaction that writes them. */
export const moveCount = (
  tableName: string,
  of: FlagGeneration,
  moves: ReadonlyMap<CountedKind, number>,
): TransactItem[] => {
  const moved = [...moves].filter(([, by]) => by !== 0);
  if (moved.length === 0) {
    return [];
  }
  const shard = Math.floor(Math.random() * COUNT_SHARDS);
  return [
    {
      Update: {
        TableName: tableName,
        Key: countKey(of, shard),
        UpdateExpression: `ADD ${moved.map((_, index) => `#k${String(index)} :n${String(index)}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(
          moved.map(([kind], index) => [`#k${String(index)}`, attributeOf(kind)]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          moved.map(([, by], index) => [`:n${String(index)}`, by]),
        ),
      },
    },
  ];
};

/** What is read at most of each shard; a page ends after a megabyte as well. */
interface Bound {
  readonly pages: number;
  readonly pageItems: number;
}
const BOUND: Bound = { pages: 4, pageItems: 1_500 };
/** No page is begun with less time than this before the request's deadline. */
const LEAST_MS = 1_500;

/** What has expired but still lies in a shard, so the counters count it: DynamoDB collects late. */
const readExpired = async (
  table: Table,
  partition: string,
  nowMs: number,
  bound: Bound,
): Promise<{ items: Item[]; isWhole: boolean }> => {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let pages = 0; pages < bound.pages && remainingMs() >= LEAST_MS; pages += 1) {
    const page = await table.queryPage({
      IndexName: 'GSI2',
      KeyConditionExpression: 'GSI2PK = :pk AND GSI2SK < :now',
      // "~" sorts behind the "#" that follows the date: what expires at this very moment is expired
      ExpressionAttributeValues: { ':pk': partition, ':now': `${new Date(nowMs).toISOString()}~` },
      ProjectionExpression: 'PK, deviceId, kind, enabled',
      ExclusiveStartKey: start,
      Limit: bound.pageItems,
    });
    items.push(...page.items);
    start = page.last;
    if (start === undefined) {
      return { items, isWhole: true };
    }
  }
  return { items, isWhole: false };
};

/** Whether the counters of a generation hold values, those of overrides among them that have expired unnoticed. */
export const countsValues = async (table: Table, of: FlagGeneration): Promise<boolean> => {
  const keys = Array.from({ length: COUNT_SHARDS }, (_, shard) => countKey(of, shard));
  const items = await table.batchGet(keys, 'strong');
  const held = (kind: CountedKind): number =>
    items.reduce((sum, item) => sum + Number(item[attributeOf(kind)] ?? 0), 0);
  return held('value') > 0 || held('device') > 0;
};

const countedKindOf = (item: Item): CountedKind | undefined =>
  typeof item['deviceId'] === 'string' ? 'device' : KINDS.find((each) => each === item['kind']);

/** See {@link OverrideCounts}. */
export const readCounts = async (
  table: Table,
  environment: string,
  generations: ReadonlyMap<string, string>,
  nowMs: number,
  bound = BOUND,
): Promise<OverrideCounts> => {
  const byFlag = new Map<string, Counts>();
  // counters and overrides of a generation share a partition
  const byPartition = new Map<unknown, Counts>();
  const keys = [...generations].flatMap(([flagKey, generation]) => {
    const zero: Counts = { include: 0, exclude: 0, value: 0, device: 0 };
    byFlag.set(flagKey, zero);
    byPartition.set(overridePartition(environment, flagKey, generation), zero);
    return Array.from({ length: COUNT_SHARDS }, (_, shard) =>
      countKey({ environment, flagKey, generation }, shard),
    );
  });
  if (keys.length === 0) {
    return { byFlag, isExact: true };
  }
  const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => expiryPartition(environment, shard));
  const [counters, expired] = await Promise.all([
    table.batchGet(keys, 'strong'),
    Promise.all(shards.map((partition) => readExpired(table, partition, nowMs, bound))),
  ]);
  for (const item of counters) {
    const of = byPartition.get(item['PK']);
    for (const kind of KINDS) {
      if (of !== undefined) {
        of[kind] += Number(item[attributeOf(kind)] ?? 0);
      }
    }
  }
  for (const item of expired.flatMap(({ items }) => items)) {
    const of = byPartition.get(item['PK']);
    const kind = countedKindOf(item);
    if (of !== undefined && kind !== undefined && item['enabled'] === true) {
      // the index may still show what the counter has left behind
      of[kind] = Math.max(0, of[kind] - 1);
    }
  }
  return { byFlag, isExact: expired.every(({ isWhole }) => isWhole) };
};
