import { knownUserId } from './known-user-id';
import type { CompiledFlag, Evaluation, EvaluationContext, Sha256, UserFlagOverride } from './model';
import { resolve } from './resolution-order';

/**
 * What the flag gives the caller at this moment; undefined if it is absent for them.
 * The overrides are those of the asking user on this flag.
 */
export const evaluateFlag = (
  flag: CompiledFlag,
  overrides: readonly UserFlagOverride[],
  context: EvaluationContext,
  nowMs: number,
  sha256: Sha256,
): Evaluation | undefined => resolve(flag, { userId: knownUserId(context.userId), overrides, nowMs, sha256 });
