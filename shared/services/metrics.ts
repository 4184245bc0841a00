import type {
  Clock,
  CountedKind,
  EvaluationCount,
  FlagRepository,
  OverrideRepository,
  OverrideTotals,
  StatsRepository,
  Telemetry,
} from '../ports';

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
  readonly activeOverrides: ReadonlyMap<string, Readonly<Record<CountedKind, number>>>;
  readonly evaluations: readonly EvaluationCount[];
}

/** Flags of which the counters are read at a time. */
const STEP = 500;

export class MetricsService {
  constructor(private readonly parts: MetricsServiceParts) {}

  async read(environment: string): Promise<EnvironmentMetrics> {
    const { stats, telemetry } = this.parts;
    const [overrideTotals, evaluations, activeOverrides] = await Promise.all([
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
    return { overrideTotals, activeOverrides, evaluations };
  }

  private async active(environment: string): Promise<EnvironmentMetrics['activeOverrides']> {
    const { flags, overrides, clock } = this.parts;
    const active = new Map<string, Readonly<Record<CountedKind, number>>>();
    let after: string | undefined;
    do {
      const page = await flags.list(environment, { after, limit: STEP, accept: () => true });
      for (const [flagKey, counts] of await overrides.counts(environment, page.records, clock())) {
        active.set(flagKey, counts);
      }
      after = page.next;
    } while (after !== undefined);
    return active;
  }
}
