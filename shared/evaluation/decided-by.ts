import type { ReasonCode, Source } from '../contract/evaluation';
import type { JsonValue } from '../contract/primitives';
import type { Evaluation, UserFlagOverride } from './model';

const REASONS: Readonly<Record<Source, ReasonCode>> = {
  killed: 'DISABLED',
  'user exclusion': 'TARGETING_MATCH',
  'device override': 'TARGETING_MATCH',
  'user override': 'TARGETING_MATCH',
  'user inclusion': 'TARGETING_MATCH',
  'group filter': 'DISABLED',
  disabled: 'DISABLED',
  rule: 'TARGETING_MATCH',
  schedule: 'STATIC',
  rollout: 'SPLIT',
  default: 'STATIC',
};

/** What a layer found to be served; `variant` is null for a value that is no variant. */
interface Served {
  readonly variant: string | null;
  readonly value: JsonValue;
}

/** What else a layer has to say. */
interface Because {
  readonly override?: UserFlagOverride;
  readonly ruleId?: string;
  /** Where it is not that of the source. */
  readonly reason?: ReasonCode;
  readonly lacksUserId?: boolean;
}

/** The result of the layer `source`; the one place where a source gets its reason. */
export const decidedBy = (
  source: Source,
  flag: { readonly key: string; readonly version: number },
  served: Served,
  { override, ruleId, reason, lacksUserId }: Because = {},
): Evaluation => ({
  key: flag.key,
  value: served.value,
  variant: served.variant,
  reason: reason ?? REASONS[source],
  source,
  override: override ? { kind: override.kind, expiresAtMs: override.expiresAtMs } : null,
  ruleId: ruleId ?? null,
  flagVersion: flag.version,
  lacksUserId: lacksUserId ?? false,
});
