import type { CountedKind, FlagGeneration, FlagRecord } from '../ports';
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

/** Overrides that have expired but still lie in the table, so the counters count them: DynamoDB collects late. */
async function* expired(table: Table, environment: string, nowMs: number): AsyncGenerator<Item> {
  for (let shard = 0; shard < EXPIRY_SHARDS; shard += 1) {
    const pages = table.query({
      IndexName: 'GSI2',
      KeyConditionExpression: 'GSI2PK = :pk AND GSI2SK < :now',
      ExpressionAttributeValues: {
        ':pk': expiryPartition(environment, shard),
        // "~" sorts behind the "#" that follows the date: what expires at this very moment is expired
        ':now': `${new Date(nowMs).toISOString()}~`,
      },
    });
    for await (const items of pages) {
      yield* items;
    }
  }
}

/** Whether the counters of a generation hold values, those of overrides among them that have expired unnoticed. */
export const countsValues = async (table: Table, of: FlagGeneration): Promise<boolean> => {
  const keys = Array.from({ length: COUNT_SHARDS }, (_, shard) => countKey(of, shard));
  const items = await table.batchGet(keys, 'strong');
  const held = (kind: CountedKind): number =>
    items.reduce((sum, item) => sum + Number(item[attributeOf(kind)] ?? 0), 0);
  return held('value') > 0 || held('device') > 0;
};

/** How many overrides of each kind count at `nowMs`, by flag key. */
export const readCounts = async (
  table: Table,
  environment: string,
  flags: readonly FlagRecord[],
  nowMs: number,
): Promise<Map<string, Counts>> => {
  const counts = new Map<string, Counts>();
  // counters and overrides of a generation share a partition
  const byPartition = new Map<unknown, Counts>();
  const keys = flags.flatMap(({ flag, generation }) => {
    const zero: Counts = { include: 0, exclude: 0, value: 0, device: 0 };
    counts.set(flag.key, zero);
    byPartition.set(overridePartition(environment, flag.key, generation), zero);
    return Array.from({ length: COUNT_SHARDS }, (_, shard) =>
      countKey({ environment, flagKey: flag.key, generation }, shard),
    );
  });
  for (const item of await table.batchGet(keys, 'strong')) {
    const of = byPartition.get(item['PK']);
    for (const kind of KINDS) {
      if (of !== undefined) {
        of[kind] += Number(item[attributeOf(kind)] ?? 0);
      }
    }
  }
  for await (const item of expired(table, environment, nowMs)) {
    const of = byPartition.get(item['PK']);
    const isOfDevice = typeof item['deviceId'] === 'string';
    const kind = isOfDevice ? 'device' : KINDS.find((each) => each === item['kind']);
    if (of !== undefined && kind !== undefined && item['enabled'] === true) {
      // the index may still show what the counter has left behind
      of[kind] = Math.max(0, of[kind] - 1);
    }
  }
  return counts;
};
