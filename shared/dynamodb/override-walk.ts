import type { FoundOverride, OverrideRange } from '../override-ports';
import { parseOverrideItem, readable } from './items';
import { expiryPartition, OVERRIDES, overridePartition, PREFIX, subjectPartition } from './keys';
import type { Item, Table } from './table';

type Key = Readonly<Record<string, string>>;

/** How a range is read: the sort keys between two bounds of one partition, of the table or of an index. */
interface Reading {
  /** @default - the table itself */
  readonly index?: 'GSI1' | 'GSI2';
  readonly partition: string;
  readonly first: string;
  readonly last: string;
  readonly positionOf: (item: Item) => string;
  readonly keyAt: (position: string) => Key;
}

/** Partition keys of overrides end with the generation. */
const generationIn = (item: Item): string => String(item['PK']).split('#').at(-1) ?? '';

const keyOfOverride = (environment: string, flagKey: string, generation: string, sortKey: string): Key => ({
  PK: overridePartition(environment, flagKey, generation),
  SK: sortKey,
});

const readingOfFlag = (range: Extract<OverrideRange, { of: 'flag' }>): Reading => {
  const partition = overridePartition(range.environment, range.flagKey, range.generation);
  return {
    partition,
    ...OVERRIDES,
    positionOf: (item) => String(item['SK']),
    keyAt: (position) => ({ PK: partition, SK: position }),
  };
};

/** Positions are `<flagKey>#<kind>#<generation>`; a device's have no kind. */
const readingOfSubject = ({ environment, subject }: Extract<OverrideRange, { of: 'subject' }>): Reading => {
  const partition = subjectPartition(environment, subject);
  return {
    index: 'GSI1',
    partition,
    first: PREFIX.flag,
    last: PREFIX.flag.replace('#', '$'),
    positionOf: (item) => `${String(item['GSI1SK']).slice(PREFIX.flag.length)}#${generationIn(item)}`,
    keyAt: (position) => {
      const [flagKey = '', ...rest] = position.split('#');
      const generation = rest.at(-1) ?? '';
      const [kind] = rest.slice(0, -1);
      const sortKey =
        subject.userId === null
          ? `${PREFIX.device}${subject.deviceId}`
          : `${PREFIX.user}${subject.userId}#${kind ?? ''}`;
      return {
        GSI1PK: partition,
        GSI1SK: PREFIX.flag + position.slice(0, position.lastIndexOf('#')),
        ...keyOfOverride(environment, flagKey, generation, sortKey),
      };
    },
  };
};

/** Positions are `<expiresAt or ~>#<flagKey>#<userId or deviceId>#<kind or device>#<generation>`. */
const readingOfShard = (
  { environment, shard, ends, beforeMs }: Extract<OverrideRange, { of: 'shard' }>,
  nowMs: number,
): Reading => {
  const partition = expiryPartition(environment, shard);
  const before = beforeMs === undefined ? '~' : new Date(beforeMs).toISOString();
  return {
    index: 'GSI2',
    partition,
    // what ends at this very moment has expired, and "~" sorts behind the "#" that follows on the time
    first: ends === 'never' ? '~' : `${new Date(nowMs).toISOString()}~`,
    last: ends === 'sometime' ? before : '~~',
    positionOf: (item) => `${String(item['GSI2SK'])}#${generationIn(item)}`,
    keyAt: (position) => {
      const [, flagKey = '', subjectId = '', kind = '', generation = ''] = position.split('#');
      const sortKey =
        kind === 'device' ? `${PREFIX.device}${subjectId}` : `${PREFIX.user}${subjectId}#${kind}`;
      return {
        GSI2PK: partition,
        GSI2SK: position.slice(0, position.lastIndexOf('#')),
        ...keyOfOverride(environment, flagKey, generation, sortKey),
      };
    },
  };
};

const readingOf = (range: OverrideRange, nowMs: number): Reading => {
  switch (range.of) {
    case 'flag':
      return readingOfFlag(range);
    case 'subject':
      return readingOfSubject(range);
    case 'shard':
      return readingOfShard(range, nowMs);
  }
};

/** One read of a range; tombstones, expired overrides and what cannot be read are left out. */
export const walkOverrides = async (
  table: Table,
  range: OverrideRange,
  { after, limit, nowMs }: { after: string | undefined; limit: number; nowMs: number },
): Promise<{ found: FoundOverride[]; next: string | undefined }> => {
  const { index, partition, first, last, positionOf, keyAt } = readingOf(range, nowMs);
  const [pk, sk] = index === undefined ? ['PK', 'SK'] : [`${index}PK`, `${index}SK`];
  const start = after === undefined ? undefined : keyAt(after);
  const startsAt = start?.[sk] ?? first;
  if (first > last || startsAt > last) {
    return { found: [], next: undefined };
  }
  const { items, last: end } = await table.queryPage({
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#pk': pk, '#sk': sk },
    ExpressionAttributeValues: { ':pk': partition, ':first': first, ':last': last },
    // where the page before ended may have expired since, and a start outside of the bounds is an error
    ExclusiveStartKey: startsAt < first ? undefined : start,
    Limit: limit,
  });
  const found = items.flatMap((item) =>
    readable([item], parseOverrideItem).map((override) => ({ override, position: positionOf(item) })),
  );
  return {
    found: found.filter(({ override: { expiresAtMs } }) => expiresAtMs === null || expiresAtMs > nowMs),
    next: end === undefined ? undefined : positionOf(end),
  };
};
