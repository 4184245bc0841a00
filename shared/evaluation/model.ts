import type { ReasonCode, Source } from '../contract/evaluation';
import type { OverrideKind } from '../contract/override';
import type { Flag, FlagType } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';

/** SHA-256 of a text (UTF-8) as at least 8 lower-case hex digits; handed in so that the core needs no platform. */
export type Sha256 = (text: string) => string;

/** Who is asking. `userId` is undefined for an anonymous caller. */
export interface EvaluationContext {
  readonly userId: string | undefined;
}

/** A flag, with the generation that its overrides must carry to count. */
export interface StoredFlag {
  readonly flag: Flag;
  readonly generation: string;
}

/** One override of the user who is asking, on one flag. */
export interface UserFlagOverride {
  readonly flagKey: string;
  readonly generation: string;
  readonly kind: OverrideKind;
  /** The pinned value; only of kind `value`. */
  readonly value?: JsonValue;
  readonly enabled: boolean;
  /** Epoch milliseconds; the override counts strictly before it. */
  readonly expiresAtMs: number | null;
}

/** What an evaluation gives. `variant` is null where a pinned value is no variant of the flag. */
export interface Evaluation {
  readonly key: string;
  readonly value: JsonValue;
  readonly variant: string | null;
  readonly reason: ReasonCode;
  readonly source: Source;
  /** The override that decided, if one did. */
  readonly override: { readonly kind: OverrideKind; readonly expiresAtMs: number | null } | null;
}

/** A variant by name, and what it gives. */
export interface NamedValue {
  readonly variant: string;
  readonly value: JsonValue;
}

/** A flag made ready for evaluation by `compileFlag`. Plain data; its values are shared with every evaluation. */
export interface CompiledFlag {
  readonly key: string;
  readonly generation: string;
  readonly type: FlagType;
  /** Absent for everybody: archived, or its on or off value does not fit its type. */
  readonly isAbsent: boolean;
  readonly isPublic: boolean;
  readonly isKilled: boolean;
  readonly isEnabled: boolean;
  /** Buckets below it are inside the rollout: the percentage in thousandths, 0..100000. */
  readonly rolloutThreshold: number;
  readonly on: NamedValue;
  readonly off: NamedValue;
  /** In ascending order of their names (by code unit), whatever order storage gave them. */
  readonly variants: readonly NamedValue[];
  readonly results: FlagResults;
}

/** The results that are the same for every user. */
export interface FlagResults {
  readonly killed: Evaluation;
  readonly disabled: Evaluation;
  readonly insideRollout: Evaluation;
  readonly outsideRollout: Evaluation;
  readonly default: Evaluation;
}

/** Everything the layers may look at besides the flag. */
export interface Question {
  /** Undefined for an anonymous caller; never an invalid id. */
  readonly userId: string | undefined;
  /** The overrides of the asking user on the flag in question. */
  readonly overrides: readonly UserFlagOverride[];
  readonly nowMs: number;
  readonly sha256: Sha256;
}
