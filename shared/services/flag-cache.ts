import { setTimeout as sleep } from 'node:timers/promises';
import { remainingMs, withOwnDeadline } from '../deadline';
import type { CompiledFlag, CompiledSegments, Compilers } from '../evaluation/model';
import type { Clock, LoadedRuleset, RulesetSource, Telemetry } from '../ports';
import { applyRuleset } from './apply-ruleset';

/** How often a container asks whether anything moved, at most. */
const CHECK_EVERY_MS = 500;
/** After a failed check the last good ruleset serves this long before the store is asked again. */
const RETRY_AFTER_MS = 1_500;
/** A full load heals whatever else went wrong. */
const FULL_LOAD_EVERY_MS = 5 * 60_000;
/** Spreads the containers that started together. */
const JITTER = 0.2;
/** What a check may cost the request that happens to make it. */
const CHECK_BUDGET_MS = 400;
/** What it may cost a request that is of no use without it, all in all. */
const EXACT_BUDGET_MS = 2_000;
/** What a full load may take. The first of a container is waited for: without it nothing can be answered at all. */
const FULL_LOAD_BUDGET_MS = 2_500;
/** A full load that failed is tried again after this; the checks go on meanwhile. */
const FULL_LOAD_AGAIN_MS = 60_000;

/** Every flag of an environment, compiled, ordered by key, as of one ruleset version. Never changed, only replaced. */
export interface Ruleset {
  readonly version: number;
  /** Version of the overrides when last seen. */
  readonly overridesVersion: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: CompiledSegments;
  /** The store did not answer the last check: this is the last good state. */
  readonly isStale: boolean;
}

/**
 * How new a ruleset must be. `checked`: as of the last check, half a second ago at most while the store answers.
 * `fresh`: as of a check that begins now, unless the store did not answer the last one. `exact`: the same, but the
 * store is asked in any case and given two seconds.
 */
export type Freshness = 'checked' | 'fresh' | 'exact';

interface Cached {
  ruleset: Ruleset;
  /** Epoch milliseconds. */
  checkAt: number;
  fullLoadAt: number;
}

export interface FlagCacheParts {
  readonly source: RulesetSource;
  readonly compilers: Compilers;
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
  private readonly checking = new Map<string, Promise<void>>();
  private readonly loading = new Map<string, Promise<void>>();

  constructor(private readonly parts: FlagCacheParts) {}

  /** The ruleset, marked where the store did not answer; throws `StoreUnavailable` only where there never was one. */
  async get(environment: string, freshness: Freshness = 'checked'): Promise<Ruleset> {
    const cached = this.cached.get(environment);
    if (cached === undefined) {
      await this.loadAll(environment);
      return this.get(environment, freshness);
    }
    const isNow = freshness === 'exact' || (freshness === 'fresh' && !cached.ruleset.isStale);
    if (isNow || this.parts.clock() >= cached.checkAt) {
      const budgetMs = freshness === 'exact' ? EXACT_BUDGET_MS : CHECK_BUDGET_MS;
      await withOwnDeadline(budgetMs, () => this.checkOnce(environment, cached, isNow));
    }
    return cached.ruleset;
  }

  private async checkOnce(environment: string, cached: Cached, isNow: boolean): Promise<void> {
    if (isNow) {
      // one that is under way may have asked before the caller did
      await this.checking.get(environment);
    }
    await this.once(this.checking, environment, () => this.check(environment, cached, isNow));
  }

  /** Requests share the refresh that is under way; it has a deadline of its own, none of theirs. */
  private once(
    running: Map<string, Promise<void>>,
    environment: string,
    work: () => Promise<void>,
  ): Promise<void> {
    const started = running.get(environment) ?? work().finally(() => running.delete(environment));
    running.set(environment, started);
    return started;
  }

  /** Takes as long as the deadline lets it. */
  private async check(environment: string, cached: Cached, isStrong: boolean): Promise<void> {
    const { clock, telemetry } = this.parts;
    try {
      const isWhole = await this.readChanges(environment, cached, isStrong);
      cached.checkAt = clock() + jittered(CHECK_EVERY_MS);
      const isDue = !isWhole || clock() >= cached.fullLoadAt;
      const isLoaded = isDue && (await this.loadAllBeside(environment, cached, isWhole));
      // it may have been under way before the caller asked
      if (isStrong && isLoaded && !(await this.readChanges(environment, cached, true))) {
        cached.ruleset = { ...cached.ruleset, isStale: true };
      }
    } catch (error) {
      telemetry.warn('ruleset not refreshed, the last good one serves', { environment, error });
      telemetry.count('StaleEvaluations');
      cached.checkAt = clock() + jittered(RETRY_AFTER_MS);
      cached.ruleset = { ...cached.ruleset, isStale: true };
    }
  }

  /** Brings the ruleset up to date; false where what changed cannot be told and everything must be read. */
  private async readChanges(environment: string, cached: Cached, isStrong: boolean): Promise<boolean> {
    const { source } = this.parts;
    const versions = await source.versions(environment, isStrong);
    const { ruleset } = cached;
    if (versions.flags <= ruleset.version) {
      cached.ruleset = {
        ...ruleset,
        overridesVersion: Math.max(versions.overrides, ruleset.overridesVersion),
        isStale: false,
      };
      return true;
    }
    const changed = await source.loadChanged(environment, ruleset.version);
    if (changed !== undefined) {
      cached.ruleset = this.apply(environment, changed, ruleset, versions.overrides, false);
    }
    return changed !== undefined;
  }

  /**
   * A full load that takes longer than a check goes on beside the requests, which have the last ruleset meanwhile; says
   * whether it was in time.
   */
  private async loadAllBeside(environment: string, cached: Cached, isWhole: boolean): Promise<boolean> {
    const { clock, telemetry } = this.parts;
    const load = this.loadAll(environment).then(
      () => true,
      (error: unknown) => {
        telemetry.warn('full load put off', { environment, error });
        cached.fullLoadAt = clock() + FULL_LOAD_AGAIN_MS;
        return false;
      },
    );
    const isLoaded = await Promise.race([load, sleep(remainingMs(), false, { ref: false })]);
    if (!isLoaded && !isWhole) {
      telemetry.count('StaleEvaluations');
      cached.ruleset = { ...cached.ruleset, isStale: true };
    }
    return isLoaded;
  }

  private loadAll(environment: string): Promise<void> {
    return this.once(this.loading, environment, () =>
      withOwnDeadline(FULL_LOAD_BUDGET_MS, () => this.readAll(environment)),
    );
  }

  private async readAll(environment: string): Promise<void> {
    const { source, clock } = this.parts;
    const startedAt = clock();
    const [versions, loaded] = await Promise.all([source.versions(environment), source.loadAll(environment)]);
    const cached = this.cached.get(environment);
    const fresh = {
      ruleset: this.apply(environment, loaded, cached?.ruleset, versions.overrides, true),
      checkAt: startedAt + jittered(CHECK_EVERY_MS),
      fullLoadAt: startedAt + jittered(FULL_LOAD_EVERY_MS),
    };
    if (cached === undefined) {
      this.cached.set(environment, fresh);
    } else if (loaded.version >= cached.ruleset.version) {
      Object.assign(cached, fresh);
    } else {
      // checks have gone past this load while it ran: nobody sees an older state after a newer one
      cached.fullLoadAt = fresh.fullLoadAt;
    }
  }

  private apply(
    environment: string,
    loaded: LoadedRuleset,
    base: Pick<Ruleset, 'flags' | 'segments'> | undefined,
    overridesVersion: number,
    isWhole: boolean,
  ): Ruleset {
    const { compilers, telemetry } = this.parts;
    const { flags, segments, ...unread } = applyRuleset(loaded, base, isWhole, compilers);
    if (unread.corrupt.length > 0) {
      telemetry.error('flags that cannot be read', { environment, flagKeys: unread.corrupt });
      telemetry.count('CorruptFlags');
    }
    if (unread.corruptSegments.length > 0) {
      telemetry.error('segments that cannot be read', { environment, segmentKeys: unread.corruptSegments });
      telemetry.count('CorruptFlags');
    }
    // an eventually consistent read may be behind what is known here
    const known = this.cached.get(environment)?.ruleset.overridesVersion ?? 0;
    return {
      version: loaded.version,
      overridesVersion: Math.max(overridesVersion, known),
      flags,
      segments,
      isStale: false,
    };
  }
}
