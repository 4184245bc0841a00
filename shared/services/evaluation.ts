import { evaluateAll } from '../evaluation/evaluate-all';
import type { Evaluation, Sha256 } from '../evaluation/model';
import type { Clock } from '../ports';
import type { FlagCache } from './flag-cache';
import type { OverrideCache } from './override-cache';

export interface EvaluationServiceParts {
  readonly flagCache: FlagCache;
  readonly overrideCache: OverrideCache;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

export interface EvaluatedFlags {
  /** Ruleset version. */
  readonly version: number;
  /** Ordered by flag key. */
  readonly evaluations: readonly Evaluation[];
}

const NO_OVERRIDES = new Map<string, never>();

export class EvaluationService {
  constructor(private readonly parts: EvaluationServiceParts) {}

  /**
   * Every flag that is there for this user (undefined: an anonymous caller). While the store does not answer, values
   * come from the last good state and say STALE; `StoreUnavailable` only where a container never had any.
   */
  async evaluate(environment: string, userId: string | undefined): Promise<EvaluatedFlags> {
    const { flagCache, overrideCache, sha256, clock } = this.parts;
    const ruleset = await flagCache.get(environment);
    const overrides =
      userId === undefined
        ? { byFlag: NO_OVERRIDES, isStale: false }
        : await overrideCache.get(environment, userId, ruleset.overridesVersion);
    const found = evaluateAll(ruleset.flags.values(), overrides.byFlag, { userId }, clock(), sha256);
    const isStale = ruleset.isStale || overrides.isStale;
    const evaluations = isStale ? found.map((each): Evaluation => ({ ...each, reason: 'STALE' })) : found;
    return { version: ruleset.version, evaluations };
  }
}
