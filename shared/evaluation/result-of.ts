import type { EvaluationResult } from '../contract/evaluation';
import type { Evaluation } from './model';

/** An evaluation as people are shown it. */
export const resultOf = ({ value, variant, reason, source, override }: Evaluation): EvaluationResult => ({
  value,
  variant,
  reason,
  source,
  override: override && {
    kind: override.kind,
    expiresAt: override.expiresAtMs === null ? null : new Date(override.expiresAtMs).toISOString(),
  },
});
