import type { EvaluationCount, OverrideTotals, StatsRepository } from '../audit-ports';
import type { OverrideCounts, OverrideRepository } from '../override-ports';
import type { Clock, FlagRepository, Telemetry } from '../ports';

export interface MetricsServiceParts {
  readonly flags: Pick<FlagRepository, 'list'>;
  readonly overrides: Pick<OverrideRepository, 'counts'>;
  readonly stats: Pick<StatsRepository, 'overrideTotals' | 'evaluationTotals'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** What there is to measure in an environment; totals name deleted flags too, because a counter never goes back. */
export interface EnvironmentMetrics {
  readonly overrideTotals: OverrideTotals;
  /** Overrides that count now, by flag key. */
  readonly activeOverrides: OverrideCounts['byFlag'];
  /** False where very many have just expired, and some of these are among them still. */
  readonly isActiveExact: boolean;
  readonly evaluations: readonly EvaluationCount[];
}

/** Flags that are read at a time. */
const STEP = 500;

export class MetricsService {
  constructor(private readonly parts: MetricsServiceParts) {}

  async read(environment: string): Promise<EnvironmentMetrics> {
    const { stats, telemetry } = this.parts;
    const [overrideTotals, evaluations, { byFlag: activeOverrides, isExact: isActiveExact }] =
      await Promise.all([
        stats.overrideTotals(environment),
        stats.evaluationTotals(environment),
        this.active(environment),
      ]);
    const active = [...activeOverrides.values()].flatMap((counts) => Object.values(counts));
    telemetry.gauge(
      'ActiveOverrides',
      active.reduce((sum, count) => sum + count, 0),
      { environment },
    );
    return { overrideTotals, activeOverrides, isActiveExact, evaluations };
  }

  private async active(environment: string): Promise<OverrideCounts> {
    const { flags, overrides, clock, telemetry } = this.parts;
    const generations = new Map<string, string>();
    let after: string | undefined;
    do {
      const page = await flags.list(environment, { after, limit: STEP, accept: () => true });
      for (const { flag, generation } of page.records) {
        generations.set(flag.key, generation);
      }
      after = page.next;
    } while (after !== undefined);
    const counts = await overrides.counts(environment, generations, clock());
    if (!counts.isExact) {
      telemetry.warn('expired overrides still counted', { environment });
    }
    return counts;
  }
}
