import type { BackupPlace, ImportPlace } from '../import-ports';
import {
  type CountedKind,
  OVERRIDE_SHARDS,
  type OverridePlace,
  type OverrideSubject,
} from '../override-ports';
import type { FlagGeneration } from '../ports';

/**
 * Every key of both tables. No other file spells one. Parts never contain `#`: keys of flags and segments, user ids,
 * environment names, generations and change ids are checked before they come here.
 */

export const PREFIX = {
  flag: 'FLAG#',
  segment: 'SEGMENT#',
  user: 'USER#',
  device: 'DEVICE#',
  change: 'CHANGE#',
  changed: 'CHANGED#',
  sweep: 'SWEEP#',
  count: 'COUNT#',
  overrideTotal: 'OVERRIDES#',
  evaluationTotal: 'EVALUATIONS#',
  import: 'IMPORT#',
  rejected: 'REJECTED#',
  run: 'RUN#',
  backup: 'BACKUP#',
} as const;

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

/** Sort keys order as text, so the version is padded to the widest integer JSON can hold. */
const padded = (version: number): string => String(version).padStart(16, '0');

/** All definitions of one environment share a partition: only a base table can be read strongly. */
export const environmentPartition = (environment: string): string => `ENV#${environment}`;

export const flagItemKey = (environment: string, flagKey: string): Key => ({
  PK: environmentPartition(environment),
  SK: `${PREFIX.flag}${flagKey}`,
});

export const segmentItemKey = (environment: string, segmentKey: string): Key => ({
  PK: environmentPartition(environment),
  SK: `${PREFIX.segment}${segmentKey}`,
});

/** Flags, segments and nothing else lie between these two sort keys; "$" is what follows on "#". */
export const DEFINITIONS = { first: PREFIX.flag, last: PREFIX.segment.replace('#', '$') } as const;

export const flagsVersionKey = (environment: string): Key => ({
  PK: environmentPartition(environment),
  SK: 'VERSION#FLAGS',
});

export const overridesVersionKey = (environment: string): Key => ({
  PK: environmentPartition(environment),
  SK: 'VERSION#OVERRIDES',
});

export const changedKey = (environment: string, version: number): Key => ({
  PK: environmentPartition(environment),
  SK: `${PREFIX.changed}${padded(version)}`,
});

/** What belongs to a flag key whatever its generation: limiter, change records, sweeps. */
const flagPartition = (environment: string, flagKey: string): string => `FLAG#${environment}#${flagKey}`;

export const limiterKey = (environment: string, flagKey: string): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: 'LIMIT',
});

export const changeKey = (environment: string, flagKey: string, changeId: string): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: `${PREFIX.change}${changeId}`,
});

export const segmentChangeKey = (environment: string, segmentKey: string, changeId: string): Key => ({
  PK: `SEGMENT#${environment}#${segmentKey}`,
  SK: `${PREFIX.change}${changeId}`,
});

export const sweepKey = (environment: string, flagKey: string, generation: string): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: `${PREFIX.sweep}${generation}`,
});

export const importKey = ({ environment, flagKey, importId }: ImportPlace): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: `${PREFIX.import}${importId}`,
});

/** Asks for an import to be worked off; apart from the import, which each step changes. */
export const runKey = ({ environment, flagKey, importId }: ImportPlace): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: `${PREFIX.run}${importId}`,
});

/** Rejected rows of one step; in the order of the rows. */
export const rejectedKey = ({ environment, flagKey, importId }: ImportPlace, version: number): Key => ({
  PK: flagPartition(environment, flagKey),
  SK: `${PREFIX.rejected}${importId}#${padded(version)}`,
});

/** The overrides of one life of a flag. */
export const overridePartition = (environment: string, flagKey: string, generation: string): string =>
  `FLAG#${environment}#${flagKey}#${generation}`;

export const overrideKey = (place: OverridePlace): Key => ({
  PK: overridePartition(place.environment, place.flagKey, place.generation),
  SK:
    place.userId === null
      ? `${PREFIX.device}${place.deviceId}`
      : `${PREFIX.user}${place.userId}#${place.kind}`,
});

/**
 * What an import keeps of one override: in the flag's partition, so it goes with the flag, but not between its overrides.
 * Of one place, in the order of the steps.
 */
export const backupKey = ({ importId, step, place }: BackupPlace): Key => ({
  PK: overridePartition(place.environment, place.flagKey, place.generation),
  SK: `${backupPrefix(importId)}${place.userId}#${place.kind}#${padded(step)}`,
});

export const backupPrefix = (importId: string): string => `${PREFIX.backup}${importId}#`;

/** In a partition of overrides, they and nothing else lie between these two sort keys; "$" is what follows on "#". */
export const OVERRIDES = { first: PREFIX.device, last: PREFIX.user.replace('#', '$') } as const;

export const countKey = (of: FlagGeneration, shard: number): Key => ({
  PK: overridePartition(of.environment, of.flagKey, of.generation),
  SK: `${PREFIX.count}${shard}`,
});

/** GSI1: what a user or a device has. */
export const subjectPartition = (environment: string, { userId, deviceId }: OverrideSubject): string =>
  userId === null ? `${PREFIX.device}${environment}#${deviceId}` : `${PREFIX.user}${environment}#${userId}`;

export const overrideGsi1 = (place: OverridePlace) => ({
  GSI1PK: subjectPartition(place.environment, place),
  GSI1SK: `${PREFIX.flag}${place.flagKey}${place.userId === null ? '' : `#${place.kind}`}`,
});

/** A registered device. Devices know no environments. */
export const deviceKey = (deviceId: string): Key => ({ PK: `${PREFIX.device}${deviceId}`, SK: 'OWNER' });

/** GSI1 beside the overrides: the devices of a user. */
export const ownerPartition = (userId: string): string => `${PREFIX.user}${userId}`;

export const deviceGsi1 = ({ userId, deviceId }: { userId: string; deviceId: string }) => ({
  GSI1PK: ownerPartition(userId),
  GSI1SK: `${PREFIX.device}${deviceId}`,
});

/** How many devices a user has. */
export const deviceCountKey = (userId: string): Key => ({ PK: ownerPartition(userId), SK: 'DEVICES' });

/** Changes of what a user or a device has on several flags at once. */
export const subjectChangeKey = (environment: string, subject: OverrideSubject, changeId: string): Key => ({
  PK: subjectPartition(environment, subject),
  SK: `${PREFIX.change}${changeId}`,
});

/** GSI1 beside the overrides: what imports keep of a user. */
export const backupGsi1 = ({ importId, step, place }: BackupPlace) => ({
  GSI1PK: subjectPartition(place.environment, place),
  GSI1SK: `${backupPrefix(importId)}${place.flagKey}#${place.kind}#${padded(step)}`,
});

/** GSI2: all overrides of an environment by expiry; sharded because one partition takes 1,000 writes a second. */
export const EXPIRY_SHARDS = OVERRIDE_SHARDS;

export const expiryPartition = (environment: string, shard: number): string =>
  `OVERRIDES#${environment}#${shard}`;

export const overrideGsi2 = (place: OverridePlace, expiresAt: string | null, shard: number) => ({
  GSI2PK: expiryPartition(place.environment, shard),
  // "~" sorts behind every date, so overrides without an end come last
  GSI2SK: `${expiresAt ?? '~'}#${place.flagKey}#${place.userId ?? place.deviceId}#${countedKind(place)}`,
});

/** What the counters call an override of this place. */
export const countedKind = ({ userId, kind }: OverridePlace): CountedKind =>
  userId === null ? 'device' : kind;

/** What was ever counted in an environment, one query: deleted flags stay in it. */
export const statsPartition = (environment: string): string => `STATS#${environment}`;

export const overrideTotalKey = (environment: string, flagKey: string, shard: number): Key => ({
  PK: statsPartition(environment),
  SK: `${PREFIX.overrideTotal}${flagKey}#${String(shard)}`,
});

export const evaluationTotalKey = (environment: string, bucket: number): Key => ({
  PK: statsPartition(environment),
  SK: `${PREFIX.evaluationTotal}${String(bucket)}`,
});

/** What the flags of a bucket gave in an hour, as `2026-11-21T09`. */
export const evaluationHourKey = (environment: string, bucket: number, hour: string): Key => ({
  PK: `${statsPartition(environment)}#${String(bucket)}`,
  SK: hour,
});

/** Audit rows: found by id, and newest first by environment, flag, user and actor. */
export const auditKey = (id: string): Key => ({ PK: `AUDIT#${id}`, SK: 'EVENT' });
export const auditPointerKey = (id: string, flagKey: string): Key => ({
  PK: `AUDIT#${id}`,
  SK: `${PREFIX.flag}${flagKey}`,
});
export const quarantineKey = (id: string): Key => ({ PK: `QUARANTINE#${id}`, SK: 'RECORD' });

export const auditIndexKeys = (event: {
  environment: string;
  flagKey: string | null;
  targetUserId: string | null;
  actor: string;
}) => ({
  byEnvironment: `ENV#${event.environment}`,
  ...(event.flagKey === null ? {} : { byFlag: `FLAG#${event.environment}#${event.flagKey}` }),
  ...(event.targetUserId === null ? {} : { byUser: `USER#${event.environment}#${event.targetUserId}` }),
  byActor: `ACTOR#${event.environment}#${event.actor}`,
});

/** `<at>#<id>`: time-ordered, unique. */
export const auditSortKey = (at: string, id: string): string => `${at}#${id}`;
