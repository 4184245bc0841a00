import { createHash } from 'node:crypto';
import { CHARGER } from '../contract/device';
import type { OverrideKind } from '../contract/override';
import type {
  CountedKind,
  FoundOverride,
  OverrideCommit,
  OverrideCounts,
  OverridePlace,
  OverrideRange,
  OverrideRepository,
  OverrideSlot,
  OverrideSubject,
  OverrideWrite,
  StoredOverride,
} from '../override-ports';
import type { Change, Clock, FlagGeneration } from '../ports';
import { overrideChangeKey, putChange, unchangedSince } from './change-items';
import { changeIdOf, overrideAttributes, parseOverrideItem, readable, tombstone } from './items';
import {
  countedKind,
  deviceKey,
  EXPIRY_SHARDS,
  flagItemKey,
  overrideGsi1,
  overrideGsi2,
  overrideKey,
  overridePartition,
  overridesVersionKey,
  PREFIX,
  subjectPartition,
} from './keys';
import { countsValues, moveCount, readCounts } from './override-counts';
import { walkOverrides } from './override-walk';
import type { Item, Table, TransactItem } from './table';

/** Overrides spread over the shards by whom they are of, and stay where they are. */
const shardOf = ({ userId, deviceId }: OverrideSubject): number =>
  createHash('sha256')
    .update(userId ?? deviceId)
    .digest()
    .readUInt8(0) % EXPIRY_SHARDS;

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const indexAttributes = (override: StoredOverride) => ({
  ...overrideGsi1(override),
  ...overrideGsi2(override, isoOrNull(override.expiresAtMs), shardOf(override)),
});

/** The counters hold the overrides that are switched on. */
const counted = (override: StoredOverride | undefined): 0 | 1 => (override?.enabled === true ? 1 : 0);

/** The counters of each flag that these writes move. */
export const moveCounts = (tableName: string, writes: readonly OverrideWrite[]): TransactItem[] => {
  const byFlag = new Map<string, { of: FlagGeneration; moves: Map<CountedKind, number> }>();
  for (const write of writes) {
    const { environment, flagKey, generation, slot, next } = write;
    const moves = byFlag.get(flagKey)?.moves ?? new Map<CountedKind, number>();
    const kind = countedKind(write);
    moves.set(kind, (moves.get(kind) ?? 0) + counted(next) - counted(slot.override));
    byFlag.set(flagKey, { of: { environment, flagKey, generation }, moves });
  }
  return [...byFlag.values()].flatMap(({ of, moves }) => moveCount(tableName, of, moves));
};

/** Puts the override, or the tombstone, in its place if that is as the write was decided on. */
export const putOverride = (
  tableName: string,
  write: OverrideWrite,
  changeId: string,
  nowMs: number,
  more: Item = {},
): TransactItem => ({
  Put: {
    TableName: tableName,
    Item: {
      ...overrideKey(write),
      ...(write.next === undefined
        ? tombstone(changeId, nowMs)
        : { ...indexAttributes(write.next), ...overrideAttributes(write.next, changeId), ...more }),
    },
    ...unchangedSince(write.slot.changeId),
  },
});

/**
 * A value comes to count only on a flag that is as it was when the value was found to fit: when a flag's schema changes,
 * each value was either there before, or was held against the new schema.
 */
export const stillFitting = (tableName: string, writes: readonly OverrideWrite[]): TransactItem[] => {
  const flags = new Map(
    writes.flatMap(({ judgedBy, next }) =>
      judgedBy !== undefined && next?.kind === 'value' && next.enabled
        ? [[judgedBy.flag.key, judgedBy] as const]
        : [],
    ),
  );
  return [...flags.values()].map(({ flag, changeId = '' }) => ({
    ConditionCheck: {
      TableName: tableName,
      Key: flagItemKey(flag.environment, flag.key),
      ...unchangedSince(changeId),
    },
  }));
};

/**
 * Overrides come to count on a device only while it is registered, and shows features: the end of that takes along those
 * that are there.
 */
const stillRegistered = (tableName: string, writes: readonly OverrideWrite[]): TransactItem[] => {
  const deviceIds = writes.flatMap(({ deviceId, next }) =>
    deviceId === null || next?.enabled !== true ? [] : [deviceId],
  );
  return [...new Set(deviceIds)].map((deviceId) => ({
    ConditionCheck: {
      TableName: tableName,
      Key: deviceKey(deviceId),
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(tombstone) AND #type <> :charger',
      ExpressionAttributeNames: { '#type': 'type' },
      ExpressionAttributeValues: { ':charger': CHARGER },
    },
  }));
};

/** Expired overrides and tombstones lie between those that count: few reads get past many of them. */
const LEAST_READ = 200;
/** After this many reads a page ends short, before the request runs out of time. */
const MAX_READS = 20;

const isListed = (
  { kind, expiresAtMs }: StoredOverride,
  page: { kinds: readonly OverrideKind[]; nowMs: number },
): boolean => page.kinds.includes(kind) && (expiresAtMs === null || expiresAtMs > page.nowMs);

const positionOf = (override: StoredOverride | undefined): string | undefined =>
  override && overrideKey(override).SK;

export class DynamoOverrideRepository implements OverrideRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async readSlots(places: readonly OverridePlace[]): Promise<OverrideSlot[]> {
    const keys = places.map(overrideKey);
    const items = await this.table.batchGet(keys, 'strong');
    const found = new Map(items.map((item) => [`${String(item['PK'])} ${String(item['SK'])}`, item]));
    return keys.map((key) => {
      const item = found.get(`${key.PK} ${key.SK}`);
      return {
        override: item === undefined ? undefined : parseOverrideItem(item),
        changeId: changeIdOf(item),
      };
    });
  }

  async list(
    of: FlagGeneration,
    page: { after: string | undefined; limit: number; kinds: readonly OverrideKind[]; nowMs: number },
  ): Promise<{ overrides: StoredOverride[]; next: string | undefined }> {
    const partition = overridePartition(of.environment, of.flagKey, of.generation);
    const overrides: StoredOverride[] = [];
    let start = page.after === undefined ? undefined : { PK: partition, SK: page.after };
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const { items, last } = await this.table.queryPage({
        KeyConditionExpression: 'PK = :pk AND begins_with(SK, :user)',
        ExpressionAttributeValues: { ':pk': partition, ':user': PREFIX.user },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        // one more than asked shows whether there is a next page; where others lie between, more at a time
        Limit: reads === 0 ? page.limit + 1 : Math.max(page.limit + 1, LEAST_READ),
      });
      for (const item of items) {
        const found = readable([item], parseOverrideItem).filter((each) => isListed(each, page));
        if (found.length > 0 && overrides.length === page.limit) {
          return { overrides, next: positionOf(overrides.at(-1)) };
        }
        overrides.push(...found);
      }
      if (last === undefined) {
        return { overrides, next: undefined };
      }
      start = { PK: partition, SK: String(last['SK']) };
    }
    return { overrides, next: start?.SK };
  }

  walk(
    range: OverrideRange,
    page: { after: string | undefined; limit: number; nowMs: number },
  ): Promise<{ found: FoundOverride[]; next: string | undefined }> {
    return walkOverrides(this.table, range, page);
  }

  hasValues(of: FlagGeneration): Promise<boolean> {
    return countsValues(this.table, of);
  }

  async ofSubject(environment: string, subject: OverrideSubject): Promise<StoredOverride[]> {
    const overrides: StoredOverride[] = [];
    const pages = this.table.query({
      IndexName: 'GSI1',
      KeyConditionExpression: 'GSI1PK = :pk AND begins_with(GSI1SK, :flag)',
      ExpressionAttributeValues: { ':pk': subjectPartition(environment, subject), ':flag': PREFIX.flag },
    });
    for await (const items of pages) {
      overrides.push(...readable(items, parseOverrideItem));
    }
    return overrides;
  }

  async commit(writes: readonly OverrideWrite[], changes: readonly [Change, ...Change[]]): Promise<void> {
    await this.commitAll([{ writes, changes }]);
  }

  async commitAll(commits: readonly OverrideCommit[]): Promise<void> {
    const { table, clock } = this;
    const all = commits.flatMap(({ writes }) => writes);
    const puts = commits.flatMap(({ writes, changes: [change] }) =>
      writes.map((write) => putOverride(table.name, write, change.id, clock())),
    );
    await table.transact([
      ...puts,
      ...stillFitting(table.name, all),
      ...stillRegistered(table.name, all),
      ...moveCounts(table.name, all),
      ...commits.flatMap(({ changes }) =>
        changes.map((each) => putChange(table.name, overrideChangeKey(each), each)),
      ),
    ]);
  }

  async bumpVersion(environment: string): Promise<void> {
    await this.table.update({
      Key: overridesVersionKey(environment),
      UpdateExpression: 'ADD version :one',
      ExpressionAttributeValues: { ':one': 1 },
    });
  }

  counts(
    environment: string,
    generations: ReadonlyMap<string, string>,
    nowMs: number,
  ): Promise<OverrideCounts> {
    return readCounts(this.table, environment, generations, nowMs);
  }
}
