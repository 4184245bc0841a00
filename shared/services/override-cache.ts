import { LRUCache } from 'lru-cache';
import { withOwnDeadline } from '../deadline';
import type { UserFlagOverride } from '../evaluation/model';
import type { Clock, OverrideRepository, StoredOverride, Telemetry } from '../ports';

/** Users whose overrides a container keeps; most have none, which is kept too. */
const MAX_USERS = 10_000;
const MAX_AGE_MS = 5 * 60_000;
/** An index read this soon after a change may not show it yet … */
const SETTLING_MS = 5_000;
/** … so it is made again after this. */
const READ_AGAIN_MS = 2_000;

/**
 * What a read may take, also where a cold start has spent the request's time: an exclusion that is not read does not
 * exclude.
 */
const READ_BUDGET_MS = 400;

/** By flag key. */
export type OverridesByFlag = ReadonlyMap<string, readonly UserFlagOverride[]>;

interface Entry {
  readonly byFlag: OverridesByFlag;
  /** Version of the environment's overrides that was known when they were read. */
  readonly version: number;
  readonly readAtMs: number;
  readonly readAgainAtMs: number;
}

const NONE: OverridesByFlag = new Map();

const grouped = (overrides: readonly StoredOverride[]): OverridesByFlag => {
  if (overrides.length === 0) {
    return NONE;
  }
  const byFlag = new Map<string, UserFlagOverride[]>();
  for (const override of overrides) {
    byFlag.set(override.flagKey, [...(byFlag.get(override.flagKey) ?? []), override]);
  }
  return byFlag;
};

export interface OverrideCacheParts {
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** The overrides of the users a container serves, dropped when the environment's overrides move. */
export class OverrideCache {
  private readonly entries = new LRUCache<string, Entry>({ max: MAX_USERS });
  /** When each environment's version was first seen, to know which reads came too soon after it. */
  private readonly moves = new Map<string, { version: number; atMs: number }>();

  constructor(private readonly parts: OverrideCacheParts) {}

  /**
   * The user's overrides as of `version` or newer. If the store does not answer, what was read last, else none,
   * marked stale.
   */
  async get(
    environment: string,
    userId: string,
    version: number,
  ): Promise<{ byFlag: OverridesByFlag; isStale: boolean }> {
    const nowMs = this.parts.clock();
    const key = `${environment}#${userId}`;
    const entry = this.entries.get(key);
    const movedAtMs = this.movedAt(environment, version, nowMs);
    const fresh =
      entry !== undefined &&
      entry.version === version &&
      nowMs < entry.readAtMs + MAX_AGE_MS &&
      nowMs < entry.readAgainAtMs;
    if (fresh) {
      return { byFlag: entry.byFlag, isStale: false };
    }
    try {
      const overrides = await withOwnDeadline(READ_BUDGET_MS, () =>
        this.parts.overrides.ofSubject(environment, { userId, deviceId: null }),
      );
      const byFlag = grouped(overrides);
      const settled = nowMs >= movedAtMs + SETTLING_MS;
      const readAgainAtMs = settled ? Infinity : nowMs + READ_AGAIN_MS;
      this.entries.set(key, { byFlag, version, readAtMs: nowMs, readAgainAtMs });
      return { byFlag, isStale: false };
    } catch (error) {
      this.parts.telemetry.warn('overrides not read', { environment, error });
      this.parts.telemetry.count('StaleEvaluations');
      return { byFlag: entry?.byFlag ?? NONE, isStale: true };
    }
  }

  private movedAt(environment: string, version: number, nowMs: number): number {
    const last = this.moves.get(environment);
    if (last?.version === version) {
      return last.atMs;
    }
    this.moves.set(environment, { version, atMs: nowMs });
    return nowMs;
  }
}
