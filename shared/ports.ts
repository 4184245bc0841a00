import type { AuditEvent, AuditEventName } from './contract/audit';
import type { Device } from './contract/device';
import type { Flag } from './contract/flag';
import type { ReasonCode } from './contract/evaluation';
import type { OverrideAction } from './contract/metrics';
import type { OverrideKind } from './contract/override';
import type { Person } from './contract/person';
import type { JsonValue } from './contract/primitives';
import type { PlannedChange } from './contract/schedule';
import type { Segment } from './contract/segment';

/**
 * Every side effect of the system. Reads raise `StoreUnavailable` where the store does not answer; writes
 * besides that `WriteConflict` where the state is not the one they were decided on.
 */

/** Epoch milliseconds. */
export type Clock = () => number;

/** A new id: unique, and ordered by time as text (UUID version 7). */
export type NewId = () => string;

/** Who made a change, and how it reached us. */
export interface Attribution {
  /** A Cognito sub, an ARN or `system:<part>`. */
  readonly actor: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly route: string | null;
  readonly requestId: string | null;
}

/** A change as it is written beside the thing it changed; the audit log is made of these. */
export type Change = Omit<AuditEvent, 'values'>;

export interface FlagRecord {
  readonly flag: Flag;
  /** New each time a flag is created: overrides of a former flag of that key carry another. */
  readonly generation: string;
  /** Id of the change that left it so; empty where none of ours did. */
  readonly changeId?: string | undefined;
  /** Changes that are planned for it. */
  readonly planned?: readonly PlannedChange[] | undefined;
}

/**
 * A page ends before it has more than this many bytes of JSON. A function's answer has a limit of 6 MB, and is JSON
 * with the page as a text in it: each of the page's quotes and backslashes counts twice.
 */
export const MAX_PAGE_BYTES = 2.75 * 1024 * 1024;

/** A strong look at one flag, good to base a write on. */
export interface FlagSnapshot {
  readonly record: FlagRecord | undefined;
  /** Id of the change that left the item as it is; empty where none of ours did, undefined where there is no item. */
  readonly changeId: string | undefined;
  /** Ruleset version of the environment. */
  readonly flagsVersion: number;
}

export interface FlagRepository {
  read(environment: string, flagKey: string): Promise<FlagRecord | undefined>;
  /** The generation of a living flag, even of one that cannot be read otherwise. */
  generationOf(environment: string, flagKey: string): Promise<string | undefined>;
  /** The same of several, by flag key. */
  generationsOf(environment: string, flagKeys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  readForWrite(environment: string, flagKey: string): Promise<FlagSnapshot>;
  /** Those of these flags that there are, strongly, by key; one that cannot be read is left out. */
  readMany(environment: string, flagKeys: readonly string[]): Promise<Map<string, FlagRecord>>;
  /** Flags in the order of their keys, strictly behind `after`, until `limit` of them satisfy `accept`. */
  list(
    environment: string,
    page: { after: string | undefined; limit: number; accept: (record: FlagRecord) => boolean },
  ): Promise<{ records: FlagRecord[]; next: string | undefined }>;
  /** Writes the flag (or its end), moves the ruleset version and files the change, all or nothing. */
  commit(snapshot: FlagSnapshot, next: FlagRecord | { deleted: FlagRecord }, change: Change): Promise<void>;
}

/** A strong look at one segment, good to base a write on; as {@link FlagSnapshot}. */
export interface SegmentSnapshot {
  readonly segment: Segment | undefined;
  readonly changeId: string | undefined;
  readonly flagsVersion: number;
}

export interface SegmentRepository {
  read(environment: string, segmentKey: string): Promise<Segment | undefined>;
  readForWrite(environment: string, segmentKey: string): Promise<SegmentSnapshot>;
  /** Which of these keys have a segment, strongly. */
  present(environment: string, segmentKeys: readonly string[]): Promise<Set<string>>;
  /** Segments in the order of their keys, strictly behind `after`. */
  list(
    environment: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ segments: Segment[]; next: string | undefined }>;
  /** Writes the segment (or its end), moves the ruleset version and files the change, all or nothing. */
  commit(snapshot: SegmentSnapshot, next: Segment | { deleted: Segment }, change: Change): Promise<void>;
}

/** What the flag cache reads. */
export interface RulesetSource {
  /** Both versions of an environment; eventually consistent unless asked otherwise, which costs half as much. */
  versions(environment: string, isStrong?: boolean): Promise<{ flags: number; overrides: number }>;
  /** Every flag and segment, and a version that the read is at least as new as. Items that cannot be read are named. */
  loadAll(environment: string): Promise<LoadedRuleset>;
  /** What changed behind `since`: undefined where the record of it has a gap. */
  loadChanged(environment: string, since: number): Promise<LoadedRuleset | undefined>;
}

/** What a ruleset is made of. */
export type RulesetPart = { readonly flagKey: string } | { readonly segmentKey: string };

export interface LoadedRuleset {
  readonly version: number;
  readonly records: readonly FlagRecord[];
  readonly segments: readonly Segment[];
  /** Keys of flags that are gone. */
  readonly removed: readonly string[];
  readonly removedSegments: readonly string[];
  /** Keys of flags whose item cannot be read. */
  readonly corrupt: readonly string[];
  readonly corruptSegments: readonly string[];
}

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

export interface FlagGeneration {
  readonly environment: string;
  readonly flagKey: string;
  readonly generation: string;
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
  /** How many overrides of each kind count at `nowMs`, by flag key. */
  counts(
    environment: string,
    flags: readonly FlagRecord[],
    nowMs: number,
  ): Promise<Map<string, Readonly<Record<CountedKind, number>>>>;
}

/** A strong look at a device's registration, good to base a write on; as {@link FlagSnapshot}. */
export interface DeviceSlot {
  readonly device: Device | undefined;
  readonly changeId: string | undefined;
}

/** Whose devices are whose; a device is the same in every environment. */
export interface DeviceRepository {
  /** Strongly. */
  readSlot(deviceId: string): Promise<DeviceSlot>;
  /** How many devices the user has, strongly. */
  countOf(userId: string): Promise<number>;
  /** In the order of their ids; eventually consistent. */
  ofUser(userId: string): Promise<Device[]>;
  /**
   * Registers or changes the device, or with undefined ends the registration that is there. No user comes to have more
   * than `most` devices.
   */
  commit(slot: DeviceSlot, next: Device | undefined, change: Change, most: number): Promise<void>;
}

/** At most 100 override changes per flag in any 60 minutes, shared by all instances. */
export interface ChangeLimiter {
  /** Takes `count` places, all or none, or throws `RATE_LIMITED`. Gives what hands them back. @default 1 */
  claim(environment: string, flagKey: string, count?: number): Promise<ClaimedPlaces>;
}

export interface ClaimedPlaces {
  /** Hands `count` of them back. @default - all of them */
  release(count?: number): Promise<void>;
}

export interface AuditQuery {
  readonly environment: string;
  readonly event?: AuditEventName | undefined;
  readonly flagKey?: string | undefined;
  readonly userId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly actor?: string | undefined;
  /** Changes of a flag itself, not of overrides on it; or changes of segments. */
  readonly about?: 'flag' | 'segment' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface AuditRepository {
  /** Newest first. A change of several flags is found by each of them. */
  list(query: AuditQuery): Promise<{ changes: Change[]; next: string | undefined }>;
  find(id: string): Promise<Change | undefined>;
  /**
   * Files a change once: false where it is filed already. `counted` moves the flag's counter, `totals` are added to
   * what was ever done to overrides, both in the same step.
   */
  append(
    change: Change,
    moves?: { counted?: CountMove | undefined; totals?: OverrideTotals },
  ): Promise<boolean>;
  /** Puts a stream record aside that cannot be understood. */
  quarantine(id: string, record: string): Promise<void>;
}

export interface CountMove {
  readonly place: OverridePlace;
  readonly by: 1 | -1;
}

/** How many overrides were created, updated, deleted, or have expired, by flag key. */
export type OverrideTotals = ReadonlyMap<string, Readonly<Partial<Record<OverrideAction, number>>>>;

export interface EvaluationCount {
  readonly flagKey: string;
  /** Null for a value that is no variant. */
  readonly variant: string | null;
  readonly reason: ReasonCode;
  readonly count: number;
}

export interface StatsRepository {
  /** What was ever done to overrides in an environment, on flags that are deleted too. */
  overrideTotals(environment: string): Promise<OverrideTotals>;
  /** What flags ever gave in an environment. */
  evaluationTotals(environment: string): Promise<EvaluationCount[]>;
  /** Adds to the totals and to those of the hour. Tried once: a count may be lost, and is not repeated. */
  addEvaluations(environment: string, counts: readonly EvaluationCount[], nowMs: number): Promise<void>;
}

/** What the user pool knows of somebody. */
export interface PoolUser {
  /** As the pool names and spells them: `email`, `email_verified` ("true"), `custom:userType`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
}

/** A user id must have been checked for form before it comes here. */
export interface UserDirectory {
  exists(userId: string): Promise<boolean>;
  find(userId: string): Promise<PoolUser | undefined>;
  /** People by the beginning of their e-mail address or by id, else all; strictly behind `after`. */
  list(page: {
    q: string | undefined;
    after: string | undefined;
    limit: number;
  }): Promise<{ people: Person[]; next: string | undefined }>;
}

/** What a function is for: it decides how long a request may take, and which failures are counted together. */
export type Area = 'evaluation' | 'admin' | 'plain';

/** What the system tells its operators. */
export interface Telemetry {
  info(message: string, data?: Record<string, unknown>): void;
  warn(message: string, data?: Record<string, unknown>): void;
  /** Somebody must act. */
  error(message: string, data?: Record<string, unknown>): void;
  /** Each combination of values is a metric that is paid for, so none may grow with flags, users or requests. */
  count(
    metric: string,
    dimensions?: { readonly area?: Area; readonly event?: AuditEventName; readonly action?: OverrideAction },
    by?: number,
  ): void;
  /** How much there is of something now. As for {@link count}, no dimension may grow. */
  gauge(metric: string, value: number, dimensions: { readonly environment: string }): void;
}
