import { BATCH_EVENTS } from '../contract/audit';
import type { AuditQuery, AuditRepository, CountMove, OverrideTotals } from '../audit-ports';
import { type Change, MAX_PAGE_BYTES } from '../ports';
import { WriteConflict } from '../errors';
import { parseChangeItem, readable } from './items';
import { auditIndexKeys, auditKey, auditPointerKey, auditSortKey, countedKind, quarantineKey } from './keys';
import { moveCount } from './override-counts';
import { addOverrideTotals } from './override-totals';
import type { Item, Table } from './table';

/** The flags that a change of several is about. */
const flagsOf = ({ event, changedKeys }: Change): readonly string[] =>
  BATCH_EVENTS.has(event) ? changedKeys : [];

/** By what rows are filtered. */
const filterAttributes = (change: Change) => ({
  event: change.event,
  flagKey: change.flagKey ?? undefined,
  flagKeys: flagsOf(change).length === 0 ? undefined : flagsOf(change),
  targetUserId: change.targetUserId ?? undefined,
  targetDeviceId: change.targetDeviceId ?? undefined,
  actor: change.actor,
});

const auditItem = (change: Change): Item => ({
  ...auditKey(change.id),
  ...auditIndexKeys(change),
  sort: auditSortKey(change.at, change.id),
  ...filterAttributes(change),
  change: JSON.stringify(change),
});

/** A change of several flags is found by each: these rows lead to its own. */
const pointers = (change: Change): Item[] =>
  flagsOf(change).map((flagKey) => ({
    ...auditPointerKey(change.id, flagKey),
    byFlag: auditIndexKeys({ ...change, flagKey }).byFlag,
    sort: auditSortKey(change.at, change.id),
    ...filterAttributes(change),
    pointer: true,
  }));

/** The narrowest index a query can use, and the partition in it. */
const indexFor = (query: AuditQuery): { name: string; partition: string } => {
  const keys = auditIndexKeys({
    environment: query.environment,
    flagKey: query.flagKey ?? null,
    targetUserId: query.userId ?? null,
    actor: query.actor ?? '',
  });
  if (keys.byUser !== undefined) {
    return { name: 'byUser', partition: keys.byUser };
  }
  if (keys.byFlag !== undefined) {
    return { name: 'byFlag', partition: keys.byFlag };
  }
  return query.actor === undefined
    ? { name: 'byEnvironment', partition: keys.byEnvironment }
    : { name: 'byActor', partition: keys.byActor };
};

/** By what rows of other things have and these lack; neither name is a reserved word. */
const OF_NOBODY = ['attribute_not_exists(targetUserId)', 'attribute_not_exists(targetDeviceId)'];
const ABOUT: Readonly<Record<NonNullable<AuditQuery['about']> | 'anything', readonly string[]>> = {
  anything: [],
  flag: OF_NOBODY,
  segment: [...OF_NOBODY, 'attribute_not_exists(flagKey)'],
};

/** A page reads at most this many pages of the table, so that a rare filter ends in a short page, not in a time-out. */
const MAX_READS = 20;

export class DynamoAuditRepository implements AuditRepository {
  constructor(
    private readonly auditTable: Table,
    private readonly flagTable: Table,
  ) {}

  async append(
    change: Change,
    { counted, totals }: { counted?: CountMove | undefined; totals?: OverrideTotals } = {},
  ): Promise<boolean> {
    const put = { Item: auditItem(change), ConditionExpression: 'attribute_not_exists(PK)' };
    // first, and over themselves if they come again: the row that makes the change known is never without them
    await Promise.all(pointers(change).map((pointer) => this.auditTable.put(pointer)));
    const { name } = this.flagTable;
    const count = [
      ...(counted === undefined
        ? []
        : moveCount(name, counted.place, new Map([[countedKind(counted.place), counted.by]]))),
      ...(totals === undefined ? [] : addOverrideTotals(name, change.environment, totals)),
    ];
    try {
      if (count.length === 0) {
        await this.auditTable.put(put.Item, put.ConditionExpression);
      } else {
        await this.auditTable.transact([{ Put: { TableName: this.auditTable.name, ...put } }, ...count]);
      }
      return true;
    } catch (error) {
      if (error instanceof WriteConflict) {
        return false;
      }
      throw error;
    }
  }

  async quarantine(id: string, record: string): Promise<void> {
    await this.auditTable.put({ ...quarantineKey(id), record });
  }

  async list(query: AuditQuery): Promise<{ changes: Change[]; next: string | undefined }> {
    const index = indexFor(query);
    const filters = {
      event: query.event,
      flagKey: query.flagKey,
      targetUserId: query.userId,
      targetDeviceId: query.deviceId,
      actor: query.actor,
    };
    const asked = Object.entries(filters).filter(([, value]) => value !== undefined);
    const tests = asked
      .map(([name]) =>
        name === 'flagKey' ? '(#flagKey = :flagKey OR contains(flagKeys, :flagKey))' : `#${name} = :${name}`,
      )
      .concat(ABOUT[query.about ?? 'anything']);
    const changes: Change[] = [];
    let bytes = 0;
    let start = query.after === undefined ? undefined : startAt(index, query.after);
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const page = await this.auditTable.queryPage({
        IndexName: index.name,
        KeyConditionExpression: `#index = :partition AND #sort BETWEEN :from AND :to`,
        ...(tests.length === 0 ? {} : { FilterExpression: tests.join(' AND ') }),
        ExpressionAttributeNames: {
          '#index': index.name,
          '#sort': 'sort',
          ...Object.fromEntries(asked.map(([name]) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: {
          ':partition': index.partition,
          ':from': query.from ?? '0',
          // "~" sorts behind the "#" that follows the date, so `to` itself is included
          ':to': `${query.to ?? '9'}~`,
          ...Object.fromEntries(asked.map(([name, value]) => [`:${name}`, value])),
        },
        ScanIndexForward: false,
        Limit: query.limit + 1,
        ExclusiveStartKey: start,
      });
      for (const item of await this.followed(page.items)) {
        // what a change made of each key is shown beside it: at most all of it once more
        bytes += 2 * Buffer.byteLength(String(item['change']));
        if (changes.length === query.limit || (changes.length > 0 && bytes > MAX_PAGE_BYTES)) {
          return { changes, next: positionOf(changes.at(-1)) };
        }
        changes.push(...readable([item], parseChangeItem));
      }
      start = page.last;
      if (start === undefined) {
        return { changes, next: undefined };
      }
    }
    return { changes, next: String(start?.['sort']) };
  }

  async find(id: string): Promise<Change | undefined> {
    const item = await this.auditTable.get(auditKey(id), 'eventual');
    return item === undefined ? undefined : parseChangeItem(item);
  }

  /** The rows themselves, where there are rows that only lead to them. */
  private async followed(items: readonly Item[]): Promise<Item[]> {
    const keys = items
      .filter((item) => item['pointer'] === true)
      .map(({ PK }) => ({ PK: String(PK), SK: 'EVENT' }));
    if (keys.length === 0) {
      return [...items];
    }
    const found = new Map(
      (await this.auditTable.batchGet(keys, 'eventual')).map((item) => [item['PK'], item]),
    );
    return items.flatMap((item): Item[] => {
      const followed = item['pointer'] === true ? found.get(item['PK']) : item;
      return followed === undefined ? [] : [followed];
    });
  }
}

const positionOf = (change: Change | undefined): string | undefined =>
  change && auditSortKey(change.at, change.id);

/**
 * A position is the sort key of a row, `<at>#<id>`; the rest of its key follows from the query. What follows on it is
 * the same whether the row is a change or leads to one: no other row has that id.
 */
const startAt = (index: { name: string; partition: string }, position: string): Item => ({
  ...auditKey(position.slice(position.indexOf('#') + 1)),
  [index.name]: index.partition,
  sort: position,
});
