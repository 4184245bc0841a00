import { createHash } from 'node:crypto';
import type { OverrideCounts } from '../contract/flag';
import type { OverrideKind } from '../contract/override';
import type {
  Change,
  Clock,
  FlagGeneration,
  FlagRecord,
  OverrideRepository,
  OverrideSlot,
  OverrideWrite,
  StoredOverride,
} from '../ports';
import { putChange, unchangedSince } from './change-items';
import { changeIdOf, overrideAttributes, parseOverrideItem, readable, tombstone } from './items';
import {
  changeKey,
  EXPIRY_SHARDS,
  overrideGsi2,
  overridePartition,
  overridesVersionKey,
  PREFIX,
  userOverrideGsi1,
  userOverrideKey,
  userPartition,
} from './keys';
import { moveCount, readCounts } from './override-counts';
import type { Table, TransactItem } from './table';

/** A user's overrides spread over the shards, and stay where they are. */
const shardOf = (userId: string): number =>
  createHash('sha256').update(userId).digest().readUInt8(0) % EXPIRY_SHARDS;

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const indexAttributes = ({ environment, flagKey, userId, kind, expiresAtMs }: StoredOverride) => ({
  ...userOverrideGsi1(environment, flagKey, userId, kind),
  ...overrideGsi2(environment, flagKey, userId, kind, isoOrNull(expiresAtMs), shardOf(userId)),
});

const countMoves = (writes: readonly OverrideWrite[]): Map<OverrideKind, number> => {
  const moves = new Map<OverrideKind, number>();
  for (const { kind, slot, next } of writes) {
    const by = (next === undefined ? 0 : 1) - (slot.override === undefined ? 0 : 1);
    moves.set(kind, (moves.get(kind) ?? 0) + by);
  }
  return moves;
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
  override && `${override.userId}#${override.kind}`;

export class DynamoOverrideRepository implements OverrideRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async readSlots(
    of: FlagGeneration,
    userId: string,
    kinds: readonly OverrideKind[],
  ): Promise<OverrideSlot[]> {
    const keys = kinds.map((kind) =>
      userOverrideKey(of.environment, of.flagKey, of.generation, userId, kind),
    );
    const items = await this.table.batchGet(keys, 'strong');
    return keys.map((key) => {
      const item = items.find((each) => each['SK'] === key.SK);
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
    let start = page.after === undefined ? undefined : { PK: partition, SK: `${PREFIX.user}${page.after}` };
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const { items, last } = await this.table.queryPage({
        KeyConditionExpression: 'PK = :pk AND begins_with(SK, :user)',
        ExpressionAttributeValues: { ':pk': partition, ':user': PREFIX.user },
        ConsistentRead: true,
        ExclusiveStartKey: start,
        // one more than asked shows whether there is a next page
        Limit: Math.max(page.limit + 1, LEAST_READ),
      });
      for (const override of readable(items, parseOverrideItem).filter((each) => isListed(each, page))) {
        if (overrides.length === page.limit) {
          return { overrides, next: positionOf(overrides.at(-1)) };
        }
        overrides.push(override);
      }
      if (last === undefined) {
        return { overrides, next: undefined };
      }
      start = { PK: partition, SK: String(last['SK']) };
    }
    return { overrides, next: start?.SK.slice(PREFIX.user.length) };
  }

  async ofUser(environment: string, userId: string): Promise<StoredOverride[]> {
    const overrides: StoredOverride[] = [];
    const pages = this.table.query({
      IndexName: 'GSI1',
      KeyConditionExpression: 'GSI1PK = :pk AND begins_with(GSI1SK, :flag)',
      ExpressionAttributeValues: { ':pk': userPartition(environment, userId), ':flag': PREFIX.flag },
    });
    for await (const items of pages) {
      overrides.push(...readable(items, parseOverrideItem));
    }
    return overrides;
  }

  async commit(writes: readonly OverrideWrite[], changes: readonly [Change, ...Change[]]): Promise<void> {
    const { table, clock } = this;
    const [change] = changes;
    const items: TransactItem[] = writes.map((write) => ({
      Put: {
        TableName: table.name,
        Item: {
          ...userOverrideKey(write.environment, write.flagKey, write.generation, write.userId, write.kind),
          ...(write.next === undefined
            ? tombstone(change.id, clock())
            : { ...indexAttributes(write.next), ...overrideAttributes(write.next, change.id) }),
        },
        ...unchangedSince(write.slot.changeId),
      },
    }));
    const [first] = writes;
    if (first !== undefined) {
      items.push(...moveCount(table.name, first, countMoves(writes)));
    }
    items.push(
      ...changes.map((each) =>
        putChange(table.name, changeKey(each.environment, each.flagKey ?? '', each.id), each),
      ),
    );
    await table.transact(items);
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
    flags: readonly FlagRecord[],
    nowMs: number,
  ): Promise<Map<string, OverrideCounts>> {
    return readCounts(this.table, environment, flags, nowMs);
  }
}
