import type {
  CompiledFlag,
  CompiledSegments,
  Evaluation,
  EvaluationContext,
  Question,
  Sha256,
  UserFlagOverride,
} from './model';
import { resolve } from './resolution-order';

/** The flags' surroundings at the moment of a question. */
export interface Surroundings {
  readonly segments: CompiledSegments;
  readonly nowMs: number;
  readonly sha256: Sha256;
}

/** One question for any number of flags. */
export const questionOf = (
  context: EvaluationContext,
  { segments, nowMs, sha256 }: Surroundings,
): Question => ({
  userId: context.userId,
  context,
  nowMs,
  segments,
  sha256,
  isIn: undefined,
});

const NO_OVERRIDES: readonly UserFlagOverride[] = [];

/**
 * What the flag gives the caller at this moment; undefined if it is absent for them. The overrides are those of the
 * asking user, and of their devices, on this flag.
 */
export const evaluateFlag = (
  flag: CompiledFlag,
  overrides: readonly UserFlagOverride[] | undefined,
  question: Question,
): Evaluation | undefined => {
  const evaluation = resolve(flag, overrides ?? NO_OVERRIDES, question);
  return evaluation?.source === 'group filter' ? undefined : evaluation;
};

/** What each flag gives the caller at this moment, in the order of the flags; absent ones are left out. */
export const evaluateAll = (
  flags: Iterable<CompiledFlag>,
  overrides: ReadonlyMap<string, readonly UserFlagOverride[]>,
  question: Question,
): Evaluation[] => {
  const evaluations: Evaluation[] = [];
  for (const flag of flags) {
    const theirs = overrides.size === 0 ? undefined : overrides.get(flag.key);
    const evaluation = evaluateFlag(flag, theirs, question);
    if (evaluation !== undefined) {
      evaluations.push(evaluation);
    }
  }
  return evaluations;
};
