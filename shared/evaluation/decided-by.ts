import type { ReasonCode, Source } from '../contract/evaluation';
import type { JsonValue } from '../contract/primitives';
import type { Evaluation, UserFlagOverride } from './model';

const REASONS: Readonly<Record<Source, ReasonCode>> = {
  killed: 'DISABLED',
  'user exclusion': 'TARGETING_MATCH',
  'user override': 'TARGETING_MATCH',
  'user inclusion': 'TARGETING_MATCH',
  disabled: 'DISABLED',
  rollout: 'SPLIT',
  default: 'STATIC',
};

/** What a layer found to be served; `variant` is null for a value that is no variant. */
interface Served {
  readonly variant: string | null;
  readonly value: JsonValue;
}

/** The result of the layer `source`; the one place where a source gets its reason. */
export const decidedBy = (
  source: Source,
  key: string,
  served: Served,
  override?: UserFlagOverride,
): Evaluation => ({
  key,
  value: served.value,
  variant: served.variant,
  reason: REASONS[source],
  source,
  override: override ? { kind: override.kind, expiresAtMs: override.expiresAtMs } : null,
});
