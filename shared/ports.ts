import type { AuditEvent, AuditEventName } from './contract/audit';
import type { Device } from './contract/device';
import type { Flag } from './contract/flag';
import type { OverrideAction } from './contract/metrics';
import type { Person } from './contract/person';
import type { PlannedChange } from './contract/schedule';
import type { Segment } from './contract/segment';

/**
 * Every side effect of the system, together with the other `…-ports.ts` beside this file. Reads raise
 * `StoreUnavailable` where the store does not answer; writes besides that `WriteConflict` where the state is not the
 * one they were decided on.
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

export interface FlagGeneration {
  readonly environment: string;
  readonly flagKey: string;
  readonly generation: string;
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
