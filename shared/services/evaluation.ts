import { evaluateAll, evaluateFlag, questionOf } from '../evaluation/evaluate-flag';
import type { Evaluation, EvaluationContext, Question, Sha256 } from '../evaluation/model';
import type { Clock } from '../ports';
import type { FlagCache, Ruleset } from './flag-cache';
import type { OverrideCache, OverridesByFlag } from './override-cache';
import type { UsageCounter } from './usage';

export interface EvaluationServiceParts {
  readonly flagCache: FlagCache;
  readonly overrideCache: OverrideCache;
  readonly usage: UsageCounter;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

export interface EvaluatedFlags {
  /** Ruleset version. */
  readonly version: number;
  /** Ordered by flag key. */
  readonly evaluations: readonly Evaluation[];
}

/** All that an evaluation is made of. */
interface Prepared {
  readonly ruleset: Ruleset;
  readonly overrides: OverridesByFlag;
  readonly question: Question;
  readonly isStale: boolean;
}

const NO_OVERRIDES: OverridesByFlag = new Map();

const staleIf = (isStale: boolean, evaluation: Evaluation): Evaluation =>
  isStale ? { ...evaluation, reason: 'STALE' } : evaluation;

/**
 * Evaluates flags for the caller of a context. While the store does not answer, values come from the last good state
 * and say STALE; `StoreUnavailable` only where a container never had any. With `isFresh` the store is asked whether
 * anything moved, however short ago it was asked.
 */
export class EvaluationService {
  constructor(private readonly parts: EvaluationServiceParts) {}

  /** Every flag that is there for this caller. */
  async evaluate(context: EvaluationContext, isFresh = false): Promise<EvaluatedFlags> {
    const { ruleset, overrides, question, isStale } = await this.prepare(context, isFresh);
    const evaluations = evaluateAll(ruleset.flags.values(), overrides, question).map((each) =>
      staleIf(isStale, each),
    );
    await this.count(context, evaluations);
    return { version: ruleset.version, evaluations };
  }

  /** One flag; undefined where it is absent for this caller. */
  async evaluateOne(context: EvaluationContext, flagKey: string): Promise<Evaluation | undefined> {
    const { ruleset, overrides, question, isStale } = await this.prepare(context, false);
    const flag = ruleset.flags.get(flagKey);
    const evaluation = flag && evaluateFlag(flag, overrides.get(flagKey), question);
    if (evaluation === undefined) {
      return undefined;
    }
    const evaluated = staleIf(isStale, evaluation);
    await this.count(context, [evaluated]);
    return evaluated;
  }

  private async count({ environment }: EvaluationContext, evaluations: readonly Evaluation[]): Promise<void> {
    const { usage } = this.parts;
    usage.count(environment, evaluations);
    await usage.writeWhenDue();
  }

  private async prepare(context: EvaluationContext, isFresh: boolean): Promise<Prepared> {
    const { flagCache, overrideCache, sha256, clock } = this.parts;
    const { environment, userId } = context;
    const ruleset = await flagCache.get(environment, isFresh);
    const overrides =
      userId === undefined
        ? { byFlag: NO_OVERRIDES, isStale: false }
        : await overrideCache.get(environment, userId, ruleset.overridesVersion);
    return {
      ruleset,
      overrides: overrides.byFlag,
      question: questionOf(context, { segments: ruleset.segments, nowMs: clock(), sha256 }),
      isStale: ruleset.isStale || overrides.isStale,
    };
  }
}
