import { remainingMs } from '../deadline';
import type { CountedKind } from '../override-ports';
import type { Item, Table } from './table';

export const COUNTED_KINDS: readonly CountedKind[] = ['include', 'exclude', 'value', 'device'];

/** What is read at most of each shard besides what is counted where it lies; a page ends after a megabyte as well. */
export interface Bound {
  readonly pages: number;
  readonly pageItems: number;
}
const BOUND: Bound = { pages: 12, pageItems: 500 };
/** No page is begun with less time than this before the request's deadline. */
const LEAST_MS = 1_500;

const hasTime = (): boolean => remainingMs() >= LEAST_MS;

const countedKindOf = (item: Item): CountedKind | undefined =>
  typeof item['deviceId'] === 'string' ? 'device' : COUNTED_KINDS.find((each) => each === item['kind']);

/** `<expiresAt>#<flagKey>`: the overrides of a flag that end at one moment lie together in a shard. */
const groupOf = (item: Item | undefined): string => String(item?.['GSI2SK']).split('#', 2).join('#');

/** Told of overrides that have expired, are switched on, and still have their item. */
type Tell = (flagKey: string, generation: string, kind: CountedKind, count: number) => void;

/** A shard of GSI2, and the sort keys between which to look there. */
interface Stretch {
  readonly shard: string;
  readonly first: string;
  readonly last: string;
}

const within = ({ shard, first, last }: Stretch) => ({
  IndexName: 'GSI2',
  KeyConditionExpression: 'GSI2PK = :shard AND GSI2SK BETWEEN :first AND :last',
  ExpressionAttributeValues: { ':shard': shard, ':first': first, ':last': last } as Record<string, unknown>,
});

/** How many of a stretch are of a generation and kind and switched on, of how many; undefined where time is over. */
const countIn = async (
  table: Table,
  stretch: Stretch,
  after: Item,
  of: { generation: string; kind: CountedKind },
): Promise<{ matching: number; all: number } | undefined> => {
  const { ExpressionAttributeValues, ...query } = within(stretch);
  const ofKind =
    of.kind === 'device'
      ? 'attribute_type(deviceId, :text)'
      : 'kind = :kind AND NOT attribute_type(deviceId, :text)';
  const counted = { matching: 0, all: 0 };
  for (let start: Item | undefined = after; start !== undefined;) {
    if (!hasTime()) {
      return undefined;
    }
    const page = await table.queryPage({
      ...query,
      Select: 'COUNT',
      FilterExpression: `generation = :generation AND enabled = :yes AND ${ofKind}`,
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ':generation': of.generation,
        ':yes': true,
        ':text': 'S',
        ...(of.kind !== 'device' && { ':kind': of.kind }),
      },
      ExclusiveStartKey: start,
    });
    counted.matching += page.count;
    counted.all += page.scanned;
    start = page.last;
  }
  return counted;
};

/** Counts a group behind a place in it where it lies: nothing of it is sent. Most are all of one kind, and then it takes one pass. */
const countGroup = async (
  table: Table,
  stretch: Stretch,
  last: Item,
  { generation, kind }: { generation: string; kind: CountedKind | undefined },
  tell: (kind: CountedKind, count: number) => void,
): Promise<boolean> => {
  let left = Infinity;
  for (const each of [...COUNTED_KINDS].sort((one, other) => Number(other === kind) - Number(one === kind))) {
    if (left > 0) {
      const counted = await countIn(table, stretch, last, { generation, kind: each });
      if (counted === undefined) {
        return false;
      }
      tell(each, counted.matching);
      left = Math.min(left, counted.all) - counted.matching;
    }
  }
  return true;
};

/**
 * Tells of the overrides of a shard that have expired but still have their item, so the counters count them: DynamoDB
 * collects late. Where very many of a flag ended at one moment, as those of an import do, they are counted where they
 * lie. False where that was not all of them.
 */
export const readExpired = async (
  table: Table,
  shard: string,
  /** The living generations by flag key; others count for nobody. */
  generations: ReadonlyMap<string, string>,
  nowMs: number,
  tell: Tell,
  bound = BOUND,
): Promise<boolean> => {
  // "~" sorts behind the "#" that follows the date: what expires at this very moment is expired
  const last = `${new Date(nowMs).toISOString()}~`;
  let first = ' ';
  let start: Item | undefined;
  for (let pages = 0; pages < bound.pages && hasTime();) {
    const page = await table.queryPage({
      ...within({ shard, first, last }),
      ProjectionExpression: 'GSI2SK, flagKey, generation, deviceId, kind, enabled',
      ExclusiveStartKey: start,
      Limit: bound.pageItems,
    });
    for (const item of page.items) {
      const kind = countedKindOf(item);
      if (kind !== undefined && item['enabled'] === true) {
        tell(String(item['flagKey']), String(item['generation']), kind, 1);
      }
    }
    start = page.last;
    if (start === undefined) {
      return true;
    }
    const group = groupOf(start);
    if (page.items.length > 1 && group === groupOf(page.items[0])) {
      const flagKey = group.slice(group.indexOf('#') + 1);
      const generation = generations.get(flagKey);
      // "$" is what follows "#"
      const end = `${group}$`;
      const kind = countedKindOf(page.items.at(-1) ?? {});
      const isWhole =
        generation === undefined ||
        (await countGroup(table, { shard, first, last: end }, start, { generation, kind }, (each, count) => {
          tell(flagKey, generation, each, count);
        }));
      if (!isWhole) {
        return false;
      }
      [first, start] = [end, undefined];
    } else {
      pages += 1;
    }
  }
  return false;
};
