import type { ReasonCode, Source } from '../contract/evaluation';
import type { LayerName } from '../contract/explain';
import type { OverrideKind } from '../contract/override';
import type { Flag, FlagType } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';
import type { Rule, RuleCondition } from '../contract/rule';
import type { PlannedChange } from '../contract/schedule';

/** The first 32 bits of the SHA-256 of a text (UTF-8), 0..2³²-1; handed in so that the core needs no platform. */
export type Sha256 = (text: string) => number;

/** What compiling needs of the platform. */
export interface Compilers {
  /**
   * Whether a text has a part that matches the pattern, in time linear in the text. Throws an error that says what is
   * wrong where the text is no pattern of that kind.
   */
  readonly compilePattern: (pattern: string) => (text: string) => boolean;
  /** About how many instructions a pattern has: what it costs to read one character of a text. */
  readonly patternSize: (pattern: string) => number;
  /**
   * How other versions compare to this one by semantic versioning 2.0.0: negative, 0 or positive as in a sort,
   * undefined for a text that is no version. Undefined where `version` itself is none.
   */
  readonly compileVersion: (version: string) => ((other: string) => number | undefined) | undefined;
}

export type Attributes = Readonly<Record<string, JsonValue>>;

/** Who is asking, from where, made by `contextOf`: everything conditions may look at, besides the moment. */
export interface EvaluationContext {
  /** Undefined for an anonymous caller, and for a machine that speaks for nobody. */
  readonly userId: string | undefined;
  /** Whether the caller may have flags that are not public. */
  readonly isSignedIn: boolean;
  readonly email: string | undefined;
  readonly groups: readonly string[];
  readonly userType: string | undefined;
  readonly subscription: string | undefined;
  /** What else is known of the user, by name. */
  readonly custom: Attributes;
  readonly environment: string;
  readonly country: string | undefined;
  readonly region: string | undefined;
  readonly client: Attributes;
  readonly session: Attributes;
  /** A device that is the caller's own and eligible; until that is looked up, the one that a request names. */
  readonly deviceId: string | undefined;
}

/** A flag, with the generation that its overrides must carry to count. */
export interface StoredFlag {
  readonly flag: Flag;
  readonly generation: string;
  /** Changes to come, and those that have come and are not written into the flag yet; in any order. */
  readonly planned?: readonly PlannedChange[] | undefined;
}

/** One override of the user who is asking, or of a device of theirs, on one flag. */
export interface UserFlagOverride {
  readonly flagKey: string;
  readonly generation: string;
  readonly kind: OverrideKind;
  /** The device that it is for; only of kind `value`. Null or undefined: it is for the user. */
  readonly deviceId?: string | null | undefined;
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
  /** The targeting rule that decided, if one did. */
  readonly ruleId: string | null;
  readonly flagVersion: number;
  /** A percentage had to decide and there is no user id to decide by: it is off. */
  readonly lacksUserId: boolean;
}

/** A variant by name, and what it gives. */
export interface NamedValue {
  readonly variant: string;
  readonly value: JsonValue;
}

/** Answers for one caller at one moment; never throws. */
export type Predicate = (question: Question) => boolean;

/** A condition or rule made ready, beside what it was made of. */
export interface CompiledCondition {
  readonly matches: Predicate;
  readonly source: RuleCondition;
  /** Those of a rule, in its order. */
  readonly conditions: readonly CompiledCondition[];
}

export interface CompiledRule {
  readonly source: Rule;
  readonly condition: CompiledCondition;
  readonly share: Share;
}

/** Buckets below `end` and not below the share's before it are served this. */
export interface Slice {
  readonly end: number;
  readonly evaluation: Evaluation;
}

/** Who of all buckets gets what. */
export interface Share {
  /** What everybody gets, where no bucket is needed to know. */
  readonly everybody: Evaluation | undefined;
  /** Empty where none is needed; in ascending order, the last one reaching the end of all buckets. */
  readonly slices: readonly Slice[];
  readonly withoutUserId: Evaluation;
}

/** What a flag is configured to from a moment on, until the next configuration begins. */
export interface Configuration {
  /** Epoch milliseconds. */
  readonly fromMs: number;
  /** The planned change that makes it; undefined for the first, which is the flag as it says it is. */
  readonly change: PlannedChange | undefined;
  readonly on: NamedValue;
  readonly disabled: Evaluation | undefined;
  readonly rules: readonly CompiledRule[];
  readonly rollout: Share;
  readonly ramp: Ramp | undefined;
}

/** A percentage that moves evenly with time. */
export interface Ramp {
  readonly fromMs: number;
  readonly toMs: number;
  /** In buckets. */
  readonly start: number;
  readonly end: number;
  readonly inside: Evaluation;
  readonly outside: Evaluation;
  readonly withoutUserId: Evaluation;
}

/** A flag made ready for evaluation by `compileFlag`. Its values are shared with every evaluation. */
export interface CompiledFlag {
  readonly key: string;
  readonly bucketSuffix: string;
  readonly version: number;
  readonly generation: string;
  readonly type: FlagType;
  readonly isArchived: boolean;
  readonly isPublic: boolean;
  /** Whom the flag is for; undefined: for everybody. */
  readonly audience: Audience | undefined;
  readonly off: NamedValue;
  /** In ascending order of their names (by code unit), whatever order storage gave them. */
  readonly variants: readonly NamedValue[];
  /** What a killed flag gives everybody; undefined while it is not killed. */
  readonly killed: Evaluation | undefined;
  readonly layers: AskedLayers;
  /** By ascending `fromMs`; the first has been there always. */
  readonly configurations: readonly [Configuration, ...Configuration[]];
}

/** A user in any of these is meant. */
export interface Audience {
  readonly groups: ReadonlySet<string>;
  readonly userTypes: ReadonlySet<string>;
  readonly subscriptionTiers: ReadonlySet<string>;
  /** What everybody else gets. */
  readonly outside: Evaluation;
}

/** The segments of an environment, by key. */
export type CompiledSegments = ReadonlyMap<string, CompiledCondition>;

/** Everything the layers may look at besides the flag and the asking user's overrides on it. */
export interface Question {
  /** Undefined where there is none to go by; never an invalid id. */
  readonly userId: string | undefined;
  readonly context: EvaluationContext;
  readonly nowMs: number;
  readonly segments: CompiledSegments;
  readonly sha256: Sha256;
  /** Whether the caller is in a segment, once one was asked: many conditions of many flags name the same. */
  isIn: Map<string, boolean> | undefined;
}

/** Why something stored or sent cannot be evaluated. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** In snake_case, for programs. */
  readonly code: string;
  readonly message: string;
}

/** The flag in question, what it is configured to at the moment, and the asking user's overrides on it. */
export interface Subject {
  readonly flag: CompiledFlag;
  readonly configuration: Configuration;
  readonly overrides: readonly UserFlagOverride[];
}

/** Answers one question about a flag and its caller; undefined means that the next layer is asked. */
export type Ask = (subject: Subject, question: Question) => Evaluation | 'absent' | undefined;

/** A layer of the resolution order. */
export interface Layer {
  readonly name: LayerName;
  readonly ask: Ask;
  /** Whether it has anything to say only of overrides. */
  readonly isOfOverrides?: true;
  /** Whether it can ever answer for the flag. @default - it can */
  readonly concerns?: (flag: Pick<CompiledFlag, 'killed' | 'audience' | 'configurations'>) => boolean;
}

/** What is asked in turn about a flag: of somebody who has overrides on it, and of somebody who has none. */
export interface AskedLayers {
  readonly withOverrides: readonly Ask[];
  readonly withoutOverrides: readonly Ask[];
}
