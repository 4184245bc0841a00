import { evaluateAll, evaluateFlag, questionOf } from '../evaluation/evaluate-flag';
import type { Evaluation, EvaluationContext, Question, Sha256 } from '../evaluation/model';
import type { Clock } from '../ports';
import type { FlagCache, Ruleset } from './flag-cache';
import { bothOf, type OverrideCache, type OverridesByFlag } from './override-cache';
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
 * anything moved, however short ago it was asked. The device of a context is one that the request names: it is looked
 * up, and ignored where it is not the caller's own.
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
    const { flagCache, sha256, clock } = this.parts;
    const ruleset = await flagCache.get(context.environment, isFresh ? 'fresh' : 'checked');
    const overrides = await this.overridesOf(context, ruleset.overridesVersion);
    const known =
      overrides.isOwnDevice || context.deviceId === undefined ? context : { ...context, deviceId: undefined };
    return {
      ruleset,
      overrides: overrides.byFlag,
      question: questionOf(known, { segments: ruleset.segments, nowMs: clock(), sha256 }),
      isStale: ruleset.isStale || overrides.isStale,
    };
  }

  private async overridesOf(
    { environment, userId, deviceId }: EvaluationContext,
    version: number,
  ): Promise<{ byFlag: OverridesByFlag; isOwnDevice: boolean; isStale: boolean }> {
    const { overrideCache } = this.parts;
    if (userId === undefined) {
      return { byFlag: NO_OVERRIDES, isOwnDevice: false, isStale: false };
    }
    if (deviceId === undefined) {
      return { ...(await overrideCache.get(environment, userId, version)), isOwnDevice: false };
    }
    const [user, device] = await Promise.all([
      overrideCache.get(environment, userId, version),
      overrideCache.ofDevice(environment, deviceId, userId, version),
    ]);
    return {
      byFlag: bothOf(user.byFlag, device.byFlag),
      isOwnDevice: device.isTheirs,
      isStale: user.isStale || device.isStale,
    };
  }
}
