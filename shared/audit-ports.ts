import type { AuditEventName } from './contract/audit';
import type { ReasonCode } from './contract/evaluation';
import type { OverrideAction } from './contract/metrics';
import type { OverridePlace } from './override-ports';
import type { Change } from './ports';

/** What is kept of all that happened: the log of changes, and the totals. As in `ports.ts`. */

export interface AuditQuery {
  readonly environment: string;
  readonly event?: AuditEventName | undefined;
  readonly flagKey?: string | undefined;
  readonly userId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly actor?: string | undefined;
  /** Changes of a flag itself, not of overrides on it; or changes of segments. */
  readonly about?: 'flag' | 'segment' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface AuditRepository {
  /** Newest first. A change of several flags is found by each of them. */
  list(query: AuditQuery): Promise<{ changes: Change[]; next: string | undefined }>;
  find(id: string): Promise<Change | undefined>;
  /**
   * Files a change once: false where it is filed already. `counted` moves the flag's counter, `totals` are added to
   * what was ever done to overrides, both in the same step.
   */
  append(
    change: Change,
    moves?: { counted?: CountMove | undefined; totals?: OverrideTotals },
  ): Promise<boolean>;
  /** Puts a stream record aside that cannot be understood. */
  quarantine(id: string, record: string): Promise<void>;
}

export interface CountMove {
  readonly place: OverridePlace;
  readonly by: 1 | -1;
}

/** How many overrides were created, updated, deleted, or have expired, by flag key. */
export type OverrideTotals = ReadonlyMap<string, Readonly<Partial<Record<OverrideAction, number>>>>;

export interface EvaluationCount {
  readonly flagKey: string;
  /** Null for a value that is no variant. */
  readonly variant: string | null;
  readonly reason: ReasonCode;
  readonly count: number;
}

export interface StatsRepository {
  /** What was ever done to overrides in an environment, on flags that are deleted too. */
  overrideTotals(environment: string): Promise<OverrideTotals>;
  /** What flags ever gave in an environment. */
  evaluationTotals(environment: string): Promise<EvaluationCount[]>;
  /** Adds to the totals and to those of the hour. Tried once: a count may be lost, and is not repeated. */
  addEvaluations(environment: string, counts: readonly EvaluationCount[], nowMs: number): Promise<void>;
}
