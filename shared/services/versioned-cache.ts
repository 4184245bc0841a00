import { LRUCache } from 'lru-cache';
import { withOwnDeadline } from '../deadline';
import type { Clock, Telemetry } from '../ports';

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

interface Entry<Value> {
  readonly value: Value;
  /** Version of the environment's overrides that was known when it was read. */
  readonly version: number;
  readonly readAtMs: number;
  readonly readAgainAtMs: number;
}

/** What a read gave; undefined where none ever did. */
interface Cached<Value> {
  readonly value: Value | undefined;
  readonly isStale: boolean;
}

/** Things of an environment, by id, that are read again when the environment's overrides move. */
export class VersionedCache<Value extends object> {
  private readonly entries: LRUCache<string, Entry<Value>>;
  /** When each environment's version was first seen, to know which reads came too soon after it. */
  private readonly moves = new Map<string, { version: number; atMs: number }>();

  constructor(
    private readonly parts: { readonly clock: Clock; readonly telemetry: Telemetry },
    max: number,
  ) {
    this.entries = new LRUCache({ max });
  }

  /** The thing as of `version` or newer. If the store does not answer, what was read last, marked stale. */
  async get(
    environment: string,
    id: string,
    version: number,
    read: () => Promise<Value>,
  ): Promise<Cached<Value>> {
    const nowMs = this.parts.clock();
    const key = `${environment}#${id}`;
    const entry = this.entries.get(key);
    const movedAtMs = this.movedAt(environment, version, nowMs);
    const fresh =
      entry !== undefined &&
      entry.version === version &&
      nowMs < entry.readAtMs + MAX_AGE_MS &&
      nowMs < entry.readAgainAtMs;
    if (fresh) {
      return { value: entry.value, isStale: false };
    }
    try {
      const value = await withOwnDeadline(READ_BUDGET_MS, read);
      const settled = nowMs >= movedAtMs + SETTLING_MS;
      const readAgainAtMs = settled ? Infinity : nowMs + READ_AGAIN_MS;
      this.entries.set(key, { value, version, readAtMs: nowMs, readAgainAtMs });
      return { value, isStale: false };
    } catch (error) {
      this.parts.telemetry.warn('overrides not read', { environment, error });
      this.parts.telemetry.count('StaleEvaluations');
      return { value: entry?.value, isStale: true };
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
