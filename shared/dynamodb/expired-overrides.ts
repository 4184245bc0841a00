import { remainingMs } from '../deadline';
import { StoreUnavailable } from '../errors';
import type { CountedKind } from '../override-ports';
import type { Item, Table } from './table';

export const COUNTED_KINDS: readonly CountedKind[] = ['include', 'exclude', 'value', 'device'];

/** A page ends after a megabyte as well. */
const PAGE_ITEMS = 500;
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

/** Only those of a generation that are switched on; and of one kind. */
const filterOf = (generation: string, kind: CountedKind | undefined) => {
  const counted = 'generation = :generation AND enabled = :yes';
  const values = { ':generation': generation, ':yes': true };
  if (kind === undefined) {
    return { filter: counted, values };
  }
  return kind === 'device'
    ? { filter: `${counted} AND attribute_type(deviceId, :text)`, values: { ...values, ':text': 'S' } }
    : {
        filter: `${counted} AND kind = :kind AND NOT attribute_type(deviceId, :text)`,
        values: { ...values, ':text': 'S', ':kind': kind },
      };
};

/** How many behind a place in a stretch are so, of how many; undefined where time is over. */
const countBehind = async (
  table: Table,
  stretch: Stretch,
  place: Item,
  { filter, values }: ReturnType<typeof filterOf>,
): Promise<{ matching: number; all: number } | undefined> => {
  const { ExpressionAttributeValues, ...query } = within(stretch);
  const counted = { matching: 0, all: 0 };
  for (let start: Item | undefined = place; start !== undefined;) {
    if (!hasTime()) {
      return undefined;
    }
    const page = await table.queryPage({
      ...query,
      Select: 'COUNT',
      FilterExpression: filter,
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ...values },
      ExclusiveStartKey: start,
    });
    counted.matching += page.count;
    counted.all += page.scanned;
    start = page.last;
  }
  return counted;
};

/**
 * Counts a group behind a place in it where it lies: nothing of it is sent. Where all are of the usual kind that takes one
 * pass, where some are switched off two. False where time was over.
 */
const countGroup = async (
  table: Table,
  stretch: Stretch,
  place: Item,
  { generation, usual }: { generation: string; usual: CountedKind },
  tell: (kind: CountedKind, count: number) => void,
): Promise<boolean> => {
  const count = (kind?: CountedKind) => countBehind(table, stretch, place, filterOf(generation, kind));
  const ofUsual = await count(usual);
  if (ofUsual === undefined) {
    return false;
  }
  tell(usual, ofUsual.matching);
  if (ofUsual.matching === ofUsual.all) {
    return true;
  }
  const ofAll = await count();
  let left = (ofAll?.matching ?? 0) - ofUsual.matching;
  for (const kind of COUNTED_KINDS.filter((each) => each !== usual)) {
    const counted = left > 0 ? await count(kind) : undefined;
    tell(kind, counted?.matching ?? 0);
    left -= counted?.matching ?? 0;
  }
  return ofAll !== undefined && left <= 0;
};

/** What is read of a shard, and how. */
export interface ExpiredOf {
  readonly shard: string;
  /** The living generations by flag key; others count for nobody. */
  readonly generations: ReadonlyMap<string, string>;
  readonly nowMs: number;
  readonly pageItems?: number | undefined;
}

/** A page after the other, with a step aside where a group is counted; ends where time is over. */
async function* readPages(
  table: Table,
  { shard, generations, nowMs, pageItems = PAGE_ITEMS }: ExpiredOf,
  tell: Tell,
): AsyncGenerator<'page' | 'end'> {
  // "~" sorts behind the "#" that follows the date: what expires at this very moment is expired
  const last = `${new Date(nowMs).toISOString()}~`;
  let first = ' ';
  let start: Item | undefined;
  while (hasTime()) {
    const page = await table.queryPage({
      ...within({ shard, first, last }),
      ProjectionExpression: 'GSI2SK, flagKey, generation, deviceId, kind, enabled',
      ExclusiveStartKey: start,
      Limit: pageItems,
    });
    for (const item of page.items) {
      const kind = countedKindOf(item);
      if (kind !== undefined && item['enabled'] === true) {
        tell(String(item['flagKey']), String(item['generation']), kind, 1);
      }
    }
    start = page.last;
    yield start === undefined ? 'end' : 'page';
    if (start === undefined) {
      return;
    }
    const group = groupOf(start);
    if (page.items.length > 1 && group === groupOf(page.items[0])) {
      const flagKey = group.slice(group.indexOf('#') + 1);
      const generation = generations.get(flagKey);
      // "$" is what follows "#"
      const end = `${group}$`;
      const usual = countedKindOf(page.items.at(-1) ?? {}) ?? 'include';
      const isWhole =
        generation === undefined ||
        (await countGroup(table, { shard, first, last: end }, start, { generation, usual }, (kind, count) => {
          tell(flagKey, generation, kind, count);
        }));
      if (!isWhole) {
        return;
      }
      [first, start] = [end, undefined];
    }
  }
}

/**
 * Tells of the overrides of a shard that have expired but still have their item, so the counters count them: DynamoDB
 * collects late. Where very many of a flag ended at one moment, as those of an import do, they are counted where they
 * lie. False where that was not all of them: the request's time did not reach, or so many were read that the table
 * refused more. Throws where it gave nothing at all.
 */
export const readExpired = async (table: Table, of: ExpiredOf, tell: Tell): Promise<boolean> => {
  let seen: 'nothing' | 'page' | 'end' = 'nothing';
  try {
    for await (seen of readPages(table, of, tell));
  } catch (error) {
    if (seen === 'nothing' || !(error instanceof StoreUnavailable)) {
      throw error;
    }
  }
  return seen === 'end';
};
