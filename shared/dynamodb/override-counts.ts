import type { CountedKind, OverrideCounts } from '../override-ports';
import type { FlagGeneration } from '../ports';
import { COUNTED_KINDS, readExpired } from './expired-overrides';
import { countKey, expiryPartition, EXPIRY_SHARDS, overridePartition } from './keys';
import type { Table, TransactItem } from './table';

/** A counter is moved by every override transaction; one item alone would make them conflict in a burst. */
const COUNT_SHARDS = 4;

type Counts = Record<CountedKind, number>;

const noCounts = (): Counts => ({ include: 0, exclude: 0, value: 0, device: 0 });

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

/** Whether the counters of a generation hold values, those of overrides among them that have expired unnoticed. */
export const countsValues = async (table: Table, of: FlagGeneration): Promise<boolean> => {
  const keys = Array.from({ length: COUNT_SHARDS }, (_, shard) => countKey(of, shard));
  const items = await table.batchGet(keys, 'strong');
  const held = (kind: CountedKind): number =>
    items.reduce((sum, item) => sum + Number(item[attributeOf(kind)] ?? 0), 0);
  return held('value') > 0 || held('device') > 0;
};

/** See {@link OverrideCounts}. */
export const readCounts = async (
  table: Table,
  environment: string,
  generations: ReadonlyMap<string, string>,
  nowMs: number,
  pageItems?: number,
): Promise<OverrideCounts> => {
  const byFlag = new Map<string, Counts>();
  // counters and overrides of a generation share a partition
  const byPartition = new Map<unknown, Counts>();
  const keys = [...generations].flatMap(([flagKey, generation]) => {
    const zero = noCounts();
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
  const expired = new Map<Counts, Counts>();
  const [counters, areWhole] = await Promise.all([
    table.batchGet(keys, 'strong'),
    Promise.all(
      shards.map((shard) =>
        readExpired(table, { shard, generations, nowMs, pageItems }, (flagKey, generation, kind, count) => {
          const of = byFlag.get(flagKey);
          if (of !== undefined && generations.get(flagKey) === generation) {
            const gone = expired.get(of) ?? noCounts();
            gone[kind] += count;
            expired.set(of, gone);
          }
        }),
      ),
    ),
  ]);
  for (const item of counters) {
    const of = byPartition.get(item['PK']);
    for (const kind of COUNTED_KINDS) {
      if (of !== undefined) {
        of[kind] += Number(item[attributeOf(kind)] ?? 0);
      }
    }
  }
  for (const [of, gone] of expired) {
    for (const kind of COUNTED_KINDS) {
      // the index may still show what the counter has left behind
      of[kind] = Math.max(0, of[kind] - gone[kind]);
    }
  }
  return { byFlag, isExact: areWhole.every((isWhole) => isWhole) };
};
