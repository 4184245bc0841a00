import type { Override } from '../contract/override-answers';
import type { OverrideReport } from '../contract/override-search';
import {
  type FoundOverride,
  OVERRIDE_SHARDS,
  type OverrideRepository,
  type StoredOverride,
} from '../override-ports';
import { type Clock, type FlagRepository, MAX_PAGE_BYTES } from '../ports';
import { LivingFlags } from './living-flags';
import { shownOverride } from './shown-override';

export interface OverrideReportServiceParts {
  readonly flags: Pick<FlagRepository, 'list' | 'readMany'>;
  readonly overrides: Pick<OverrideRepository, 'walk' | 'counts'>;
  readonly clock: Clock;
}

const READ_SIZE = 500;
/** Of the overrides of a shard that end, and of those that do not. */
const MAX_READS = 4;
const MAX_FLAGS = 1_000;
/** There are three lists of overrides, and values may be long. */
const MAX_LIST_BYTES = MAX_PAGE_BYTES / 4;

const SHARDS = Array.from({ length: OVERRIDE_SHARDS }, (_, shard) => shard);

/** What to look at where overrides have become many. */
export class OverrideReportService {
  constructor(private readonly parts: OverrideReportServiceParts) {}

  /** Each list has at most `limit` entries. Eventually consistent. */
  async report(environment: string, limit: number): Promise<OverrideReport> {
    const nowMs = this.parts.clock();
    const [ending, lasting, flags] = await Promise.all([
      this.gather(environment, 'sometime', nowMs),
      this.gather(environment, 'never', nowMs),
      this.countByFlag(environment, nowMs),
    ]);
    const all = [...ending.overrides, ...lasting.overrides];
    const byAge = (one: StoredOverride, other: StoredOverride): number =>
      compare(one.createdAt, other.createdAt);
    const byEnd = (one: StoredOverride, other: StoredOverride): number =>
      (one.expiresAtMs ?? 0) - (other.expiresAtMs ?? 0);
    return {
      environment,
      at: new Date(nowMs).toISOString(),
      neverExpiring: firstOf(lasting.overrides, byAge, limit),
      oldest: firstOf(all, byAge, limit),
      expiringSoon: firstOf(ending.overrides, byEnd, limit),
      mostTargetedUsers: mostTargeted(all).slice(0, limit),
      mostOverriddenFlags: flags.counts.slice(0, limit),
      totals: { overrides: all.length, neverExpiring: lasting.overrides.length },
      isComplete: ending.isComplete && lasting.isComplete && flags.isComplete,
    };
  }

  private async gather(
    environment: string,
    ends: 'sometime' | 'never',
    nowMs: number,
  ): Promise<{ overrides: StoredOverride[]; isComplete: boolean }> {
    const living = new LivingFlags(this.parts.flags, environment);
    const found: FoundOverride[] = [];
    let isComplete = true;
    const gatherShard = async (shard: number): Promise<void> => {
      let after: string | undefined;
      for (let reads = 0; reads < MAX_READS; reads += 1) {
        const range = { of: 'shard', environment, shard, ends } as const;
        const read = await this.parts.overrides.walk(range, { after, limit: READ_SIZE, nowMs });
        found.push(...read.found);
        after = read.next;
        if (after === undefined) {
          return;
        }
      }
      isComplete = false;
    };
    await Promise.all(SHARDS.map(gatherShard));
    const overrides = (await living.present(found)).map(({ override }) => override);
    return { overrides, isComplete };
  }

  /** By the flags' counters, which hold what is switched on. */
  private async countByFlag(
    environment: string,
    nowMs: number,
  ): Promise<{ counts: OverrideReport['mostOverriddenFlags']; isComplete: boolean }> {
    const { flags, overrides } = this.parts;
    const generations = new Map<string, string>();
    let after: string | undefined;
    do {
      const limit = MAX_FLAGS - generations.size;
      const page = await flags.list(environment, { after, limit, accept: () => true });
      for (const { flag, generation } of page.records) {
        generations.set(flag.key, generation);
      }
      after = page.next;
    } while (after !== undefined && generations.size < MAX_FLAGS);
    const { byFlag, isExact } = await overrides.counts(environment, generations, nowMs);
    const counts = [...byFlag].map(([flagKey, kinds]) => ({
      flagKey,
      count: kinds.include + kinds.exclude + kinds.value + kinds.device,
      include: kinds.include,
      exclude: kinds.exclude,
      value: kinds.value,
      device: kinds.device,
    }));
    return {
      counts: counts.filter(({ count }) => count > 0).sort(byCount(({ flagKey }) => flagKey)),
      isComplete: isExact && after === undefined,
    };
  }
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** The most first, those of the same count in an order that does not change. */
const byCount =
  <Counted extends { count: number }>(nameOf: (counted: Counted) => string) =>
  (one: Counted, other: Counted): number =>
    other.count - one.count || compare(nameOf(one), nameOf(other));

const firstOf = (
  overrides: readonly StoredOverride[],
  order: (one: StoredOverride, other: StoredOverride) => number,
  limit: number,
): Override[] => {
  const shown = [...overrides].sort(order).slice(0, limit).map(shownOverride);
  let bytes = 0;
  return shown.filter((override) => {
    bytes += Buffer.byteLength(JSON.stringify(override));
    return bytes <= MAX_LIST_BYTES;
  });
};

const mostTargeted = (overrides: readonly StoredOverride[]): { userId: string; count: number }[] => {
  const counts = new Map<string, number>();
  for (const { userId } of overrides) {
    if (userId !== null) {
      counts.set(userId, (counts.get(userId) ?? 0) + 1);
    }
  }
  return [...counts].map(([userId, count]) => ({ userId, count })).sort(byCount(({ userId }) => userId));
};
