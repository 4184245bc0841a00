import type { ReasonCode } from '../contract/evaluation';
import { remainingMs, withDeadline } from '../deadline';
import type { EvaluationCount, StatsRepository } from '../audit-ports';
import type { Clock, Telemetry } from '../ports';

/** A container writes what it has counted at most this often. */
const PERIOD_MS = 10_000;
/** With less time than this before its deadline, a request leaves it to the next. */
const LEAST_MS = 400;
/** Counters of an environment that are written at a time: a few updates. The others wait for the next time. */
const MAX_WRITTEN = 800;
/** Counters of an environment that are kept at a time; what is evaluated beyond them is not counted. */
const MAX_KEPT = 20_000;

export interface UsageParts {
  readonly stats: Pick<StatsRepository, 'addEvaluations'>;
  /** In milliseconds, how long a request may wait for a write. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

interface Counted {
  readonly key: string;
  readonly variant: string | null;
  readonly reason: ReasonCode;
}

type Counter = { -readonly [Field in keyof EvaluationCount]: EvaluationCount[Field] };

/**
 * Counts in memory what flags give, and writes it in the course of a request, because nothing runs in a container
 * between two. What a container has counted since it last wrote is lost with it.
 */
export class UsageCounter {
  /** By environment, and by what is counted. */
  private readonly pending = new Map<string, Map<string, Counter>>();
  private writtenMs = -Infinity;

  constructor(private readonly parts: UsageParts) {}

  count(environment: string, evaluations: readonly Counted[]): void {
    const counters = this.pending.get(environment) ?? new Map<string, Counter>();
    this.pending.set(environment, counters);
    for (const { key: flagKey, variant, reason } of evaluations) {
      const id = `${flagKey}#${variant ?? ''}#${reason}`;
      const counter = counters.get(id);
      if (counter !== undefined) {
        counter.count += 1;
      } else if (counters.size < MAX_KEPT) {
        counters.set(id, { flagKey, variant, reason, count: 1 });
      }
    }
  }

  /** Writes what was counted if it is time to. Never throws: what cannot be written is dropped, not counted twice. */
  async writeWhenDue(): Promise<void> {
    const { stats, budgetMs, clock, telemetry } = this.parts;
    const nowMs = clock();
    if (nowMs - this.writtenMs < PERIOD_MS || remainingMs() < LEAST_MS) {
      return;
    }
    this.writtenMs = nowMs;
    try {
      await withDeadline(budgetMs, () =>
        Promise.all(
          [...this.pending].map(([environment, counters]) =>
            stats.addEvaluations(environment, taken(counters), nowMs),
          ),
        ),
      );
    } catch (error) {
      telemetry.warn('evaluations not counted', { error });
    }
  }
}

const taken = (counters: Map<string, Counter>): EvaluationCount[] =>
  [...counters].slice(0, MAX_WRITTEN).map(([id, counter]) => {
    counters.delete(id);
    return counter;
  });
