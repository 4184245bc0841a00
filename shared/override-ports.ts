import type { OverrideKind } from './contract/override';
import type { JsonValue } from './contract/primitives';
import type { Change, FlagGeneration, FlagRecord } from './ports';

/** Overrides of users and devices, and how many there are. As in `ports.ts`. */

/** Whom an override is of: a user, or a device, which has overrides of kind `value` alone. */
export type OverrideSubject =
  { readonly userId: string; readonly deviceId: null } | { readonly userId: null; readonly deviceId: string };

export type StoredOverride = OverrideSubject & OverrideFields;

interface OverrideFields extends FlagGeneration {
  readonly kind: OverrideKind;
  /** Only of kind `value`. */
  readonly value?: JsonValue;
  readonly enabled: boolean;
  readonly reason: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedBy: string;
  readonly updatedAt: string;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number | null;
  readonly version: number;
}

/** The place of one override: what lies there, and the id of the change that left it so (as in {@link FlagSnapshot}). */
export interface OverrideSlot {
  readonly override: StoredOverride | undefined;
  readonly changeId: string | undefined;
}

/** Where an override lies, or would. */
export type OverridePlace = OverrideSubject & FlagGeneration & { readonly kind: OverrideKind };

export type OverrideWrite = OverridePlace & {
  /** What the write was decided on. */
  readonly slot: OverrideSlot;
  /** The new override, or undefined to remove the one there. */
  readonly next: StoredOverride | undefined;
  /** The flag that `next` fits: a value that is switched on is written only if that is as it was read. */
  readonly judgedBy?: FlagRecord | undefined;
};

/** Writes with their changes, see {@link OverrideRepository.commit}. */
export interface OverrideCommit {
  readonly writes: readonly OverrideWrite[];
  readonly changes: readonly [Change, ...Change[]];
}

/** What the counters of a flag tell apart. */
export type CountedKind = OverrideKind | 'device';

export interface OverrideCounts {
  readonly byFlag: ReadonlyMap<string, Readonly<Record<CountedKind, number>>>;
  /** False where more overrides have expired, and are not collected yet, than could be read in time: some are counted. */
  readonly isExact: boolean;
}

/** The overrides of an environment lie in this many parts, each ordered by end. */
export const OVERRIDE_SHARDS = 8;

/** Where to look for overrides: a flag's are read strongly, by device and user; the others eventually consistent. */
export type OverrideRange =
  | ({ readonly of: 'flag' } & FlagGeneration)
  | { readonly of: 'subject'; readonly environment: string; readonly subject: OverrideSubject }
  | {
      readonly of: 'shard';
      readonly environment: string;
      /** From 0 to {@link OVERRIDE_SHARDS} - 1. */
      readonly shard: number;
      readonly ends: 'any' | 'sometime' | 'never';
      /** Those that end before this, in epoch milliseconds; only with `sometime`. */
      readonly beforeMs?: number | undefined;
    };

/** An override with its place in its range, which is opaque. */
export interface FoundOverride {
  readonly override: StoredOverride;
  readonly position: string;
}

export interface OverrideRepository {
  /** Strongly, one slot per place, expired overrides included. */
  readSlots(places: readonly OverridePlace[]): Promise<OverrideSlot[]>;
  /** Overrides that count at `nowMs`, ordered by user, strictly behind `after` (an opaque position). */
  list(
    of: FlagGeneration,
    page: { after: string | undefined; limit: number; kinds: readonly OverrideKind[]; nowMs: number },
  ): Promise<{ overrides: StoredOverride[]; next: string | undefined }>;
  /** One read of at most `limit` overrides that count at `nowMs`, of any generation where the range is no flag's. */
  walk(
    range: OverrideRange,
    page: { after: string | undefined; limit: number; nowMs: number },
  ): Promise<{ found: FoundOverride[]; next: string | undefined }>;
  /** Whether users or devices may have values of a flag: false only where they have none that is switched on. */
  hasValues(of: FlagGeneration): Promise<boolean>;
  /** Everything a user or a device has, whatever the flag and its generation; eventually consistent. */
  ofSubject(environment: string, subject: OverrideSubject): Promise<StoredOverride[]>;
  /** Writes overrides with their changes, all or nothing; changes[0] is theirs, others tell of what they replaced. */
  commit(writes: readonly OverrideWrite[], changes: readonly [Change, ...Change[]]): Promise<void>;
  /** Several of these at once, all or nothing; they are of one environment, and no two of the same place. */
  commitAll(commits: readonly OverrideCommit[]): Promise<void>;
  /** Tells every cache that overrides moved. */
  bumpVersion(environment: string): Promise<void>;
  /** How many overrides of each kind count at `nowMs`; `generations` by flag key. */
  counts(
    environment: string,
    generations: ReadonlyMap<string, string>,
    nowMs: number,
  ): Promise<OverrideCounts>;
}
