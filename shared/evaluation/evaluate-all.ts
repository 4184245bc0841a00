import { knownUserId } from './known-user-id';
import type { CompiledFlag, Evaluation, EvaluationContext, Sha256, UserFlagOverride } from './model';
import { resolve } from './resolution-order';

const NO_OVERRIDES: readonly UserFlagOverride[] = [];

/** What each flag gives the caller at this moment, in the order of the flags; absent ones are left out. */
export const evaluateAll = (
  flags: Iterable<CompiledFlag>,
  overrides: ReadonlyMap<string, readonly UserFlagOverride[]>,
  context: EvaluationContext,
  nowMs: number,
  sha256: Sha256,
): Evaluation[] => {
  const userId = knownUserId(context.userId);
  const evaluations: Evaluation[] = [];
  for (const flag of flags) {
    const question = { userId, overrides: overrides.get(flag.key) ?? NO_OVERRIDES, nowMs, sha256 };
    const evaluation = resolve(flag, question);
    if (evaluation !== undefined) {
      evaluations.push(evaluation);
    }
  }
  return evaluations;
};
