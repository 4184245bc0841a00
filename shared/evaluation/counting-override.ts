import type { OverrideKind } from '../contract/override';
import type { CompiledFlag, Question, UserFlagOverride } from './model';

/** The asking user's override of this kind on the flag, if one counts now; of several, the first. */
export const countingOverride = (
  flag: CompiledFlag,
  question: Question,
  kind: OverrideKind,
): UserFlagOverride | undefined => {
  if (question.userId === undefined) {
    return undefined;
  }
  for (const override of question.overrides) {
    if (override.kind === kind && counts(override, flag, question.nowMs)) {
      return override;
    }
  }
  return undefined;
};

const counts = (override: UserFlagOverride, flag: CompiledFlag, nowMs: number): boolean =>
  override.enabled &&
  override.flagKey === flag.key &&
  override.generation === flag.generation &&
  (override.expiresAtMs === null || nowMs < override.expiresAtMs);
