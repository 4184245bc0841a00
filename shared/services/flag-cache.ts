import { withDeadline, withOwnDeadline } from '../deadline';
import { compileFlag } from '../evaluation/compile-flag';
import type { CompiledFlag } from '../evaluation/model';
import type { Clock, FlagRecord, LoadedRuleset, RulesetSource, Telemetry } from '../ports';

/** How often a container asks whether anything moved, at most. */
const CHECK_EVERY_MS = 500;
/** After a failed check the last good ruleset serves this long before the store is asked again. */
const RETRY_AFTER_MS = 1_500;
/** A full load heals whatever else went wrong: no ruleset is older than this while the store answers. */
const FULL_LOAD_EVERY_MS = 5 * 60_000;
/** Spreads the containers that started together. */
const JITTER = 0.2;
/** What a check may cost the request that happens to make it. */
const CHECK_BUDGET_MS = 400;
/** The first load of a container: without it nothing can be answered at all. */
const FIRST_LOAD_BUDGET_MS = 2_500;
/** A full load that fails does not stop the checks; it is tried again after this. */
const FULL_LOAD_AGAIN_MS = 60_000;

/** Every flag of an environment, compiled, ordered by key, as of one ruleset version. Never changed, only replaced. */
export interface Ruleset {
  readonly version: number;
  /** Version of the overrides when last seen. */
  readonly overridesVersion: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** The store did not answer the last check: this is the last good state. */
  readonly isStale: boolean;
}

interface Cached {
  ruleset: Ruleset;
  /** Epoch milliseconds. */
  checkAt: number;
  fullLoadAt: number;
}

export interface FlagCacheParts {
  readonly source: RulesetSource;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const jittered = (ms: number): number => ms * (1 + JITTER * (Math.random() * 2 - 1));

/**
 * The rulesets of a container. A request that finds its ruleset unchecked for half a second asks the versions, and
 * if they moved reads strongly what moved; requests meanwhile share that one refresh.
 */
export class FlagCache {
  private readonly cached = new Map<string, Cached>();
  private readonly refreshing = new Map<string, Promise<Ruleset>>();

  constructor(private readonly parts: FlagCacheParts) {}

  /** The ruleset, at most half a second behind; throws `StoreUnavailable` only where there never was one. */
  async get(environment: string): Promise<Ruleset> {
    const cached = this.cached.get(environment);
    if (cached !== undefined && this.parts.clock() < cached.checkAt) {
      return cached.ruleset;
    }
    const running = this.refreshing.get(environment);
    if (running !== undefined) {
      return running;
    }
    const refresh = this.refresh(environment, cached).finally(() => this.refreshing.delete(environment));
    this.refreshing.set(environment, refresh);
    return refresh;
  }

  private async refresh(environment: string, cached: Cached | undefined): Promise<Ruleset> {
    if (cached === undefined) {
      return withOwnDeadline(FIRST_LOAD_BUDGET_MS, () => this.loadAll(environment, undefined));
    }
    try {
      const checked = await withDeadline(CHECK_BUDGET_MS, () => this.check(environment, cached));
      return await this.heal(environment, cached, checked);
    } catch (error) {
      this.parts.telemetry.warn('ruleset not refreshed, the last good one serves', { environment, error });
      this.parts.telemetry.count('RulesetStale');
      cached.checkAt = this.parts.clock() + jittered(RETRY_AFTER_MS);
      cached.ruleset = { ...cached.ruleset, isStale: true };
      return cached.ruleset;
    }
  }

  private async check(environment: string, cached: Cached): Promise<Ruleset> {
    const { source, clock } = this.parts;
    const versions = await source.versions(environment);
    const current = cached.ruleset;
    if (versions.flags > current.version) {
      const changed = await source.loadChanged(environment, current.version);
      if (changed === undefined) {
        return this.loadAll(environment, cached);
      }
      cached.ruleset = this.apply(environment, changed, current.flags, versions.overrides);
    } else {
      // an eventually consistent read may also be behind what is known here
      const overridesVersion = Math.max(versions.overrides, current.overridesVersion);
      cached.ruleset = { ...current, overridesVersion, isStale: false };
    }
    cached.checkAt = clock() + jittered(CHECK_EVERY_MS);
    return cached.ruleset;
  }

  private async heal(environment: string, cached: Cached, checked: Ruleset): Promise<Ruleset> {
    const { clock, telemetry } = this.parts;
    if (clock() < cached.fullLoadAt) {
      return checked;
    }
    try {
      return await this.loadAll(environment, cached);
    } catch (error) {
      telemetry.warn('full load put off', { environment, error });
      cached.fullLoadAt = clock() + FULL_LOAD_AGAIN_MS;
      return checked;
    }
  }

  private async loadAll(environment: string, cached: Cached | undefined): Promise<Ruleset> {
    const { source, clock } = this.parts;
    const startedAt = clock();
    const [versions, loaded] = await Promise.all([source.versions(environment), source.loadAll(environment)]);
    const kept = new Map(
      loaded.corrupt.flatMap((key) => cached?.ruleset.flags.get(key) ?? []).map((flag) => [flag.key, flag]),
    );
    const ruleset = this.apply(environment, loaded, kept, versions.overrides);
    this.cached.set(environment, {
      ruleset,
      checkAt: startedAt + jittered(CHECK_EVERY_MS),
      fullLoadAt: startedAt + jittered(FULL_LOAD_EVERY_MS),
    });
    return ruleset;
  }

  /** A corrupt flag keeps its last good state, or stays out; the others are not touched by it. */
  private apply(
    environment: string,
    loaded: LoadedRuleset,
    base: ReadonlyMap<string, CompiledFlag>,
    overridesVersion: number,
  ): Ruleset {
    const changed = new Map(base);
    loaded.removed.forEach((key) => changed.delete(key));
    loaded.records.forEach((record: FlagRecord) => changed.set(record.flag.key, compileFlag(record)));
    const flags = new Map([...changed].sort(([a], [b]) => (a < b ? -1 : 1)));
    if (loaded.corrupt.length > 0) {
      this.parts.telemetry.error('flags that cannot be read', { environment, flagKeys: loaded.corrupt });
      this.parts.telemetry.count('CorruptFlags');
    }
    return { version: loaded.version, overridesVersion, flags, isStale: false };
  }
}
