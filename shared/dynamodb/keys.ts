/**
 * Every key of both tables. No other file spells one. Parts never contain `#`: keys of flags and segments, user ids,
 * environment names, generations and change ids are checked before they come here.
 */

export const PREFIX = {
  flag: 'FLAG#',
  segment: 'SEGMENT#',
  user: 'USER#',
  change: 'CHANGE#',
  changed: 'CHANGED#',
  sweep: 'SWEEP#',
  count: 'COUNT#',
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

/** The overrides of one life of a flag. */
export const overridePartition = (environment: string, flagKey: string, generation: string): string =>
  `FLAG#${environment}#${flagKey}#${generation}`;

export const userOverrideKey = (
  environment: string,
  flagKey: string,
  generation: string,
  userId: string,
  kind: string,
): Key => ({
  PK: overridePartition(environment, flagKey, generation),
  SK: `${PREFIX.user}${userId}#${kind}`,
});

export const countKey = (environment: string, flagKey: string, generation: string, shard: number): Key => ({
  PK: overridePartition(environment, flagKey, generation),
  SK: `${PREFIX.count}${shard}`,
});

/** GSI1: what a user has. */
export const userPartition = (environment: string, userId: string): string => `USER#${environment}#${userId}`;

export const userOverrideGsi1 = (environment: string, flagKey: string, userId: string, kind: string) => ({
  GSI1PK: userPartition(environment, userId),
  GSI1SK: `${PREFIX.flag}${flagKey}#${kind}`,
});

/** GSI2: all overrides of an environment by expiry; sharded because one partition takes 1,000 writes a second. */
export const EXPIRY_SHARDS = 8;

export const expiryPartition = (environment: string, shard: number): string =>
  `OVERRIDES#${environment}#${shard}`;

export const overrideGsi2 = (
  environment: string,
  flagKey: string,
  userId: string,
  kind: string,
  expiresAt: string | null,
  shard: number,
) => ({
  GSI2PK: expiryPartition(environment, shard),
  // "~" sorts behind every date, so overrides without an end come last
  GSI2SK: `${expiresAt ?? '~'}#${flagKey}#${userId}#${kind}`,
});

/** Audit rows: found by id, and newest first by environment, flag, user and actor. */
export const auditKey = (id: string): Key => ({ PK: `AUDIT#${id}`, SK: 'EVENT' });
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
