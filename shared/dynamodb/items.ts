import * as z from 'zod';
import { AuditEventSchema } from '../contract/audit';
import { type Device, DeviceSchema } from '../contract/device';
import { type Flag, FlagSchema } from '../contract/flag';
import { OVERRIDE_KINDS } from '../contract/override';
import { JsonValueSchema } from '../contract/primitives';
import { PlannedChangeSchema } from '../contract/schedule';
import { type Segment, SegmentSchema } from '../contract/segment';
import type { OverrideSubject, StoredOverride } from '../override-ports';
import type { Change, FlagRecord } from '../ports';
import type { Item } from './table';

/**
 * What the items of the tables look like. Values of flags are kept as JSON text: DynamoDB's own numbers and nesting
 * do not hold every JSON value. Unknown attributes are tolerated, a newer version may have written them.
 */

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** What readers take for "not there": a removed thing waits for its collection, so that its removal keeps its actor. */
export const isTombstone = (item: Item): boolean => item['tombstone'] === true;

/** Undefined where there is no item, empty where there is one that no change of ours has left so. */
export const changeIdOf = (item: Item | undefined): string | undefined => {
  const changeId = item?.['changeId'];
  return item === undefined || typeof changeId === 'string' ? (changeId as string | undefined) : '';
};

/** What can be read of the items: tombstones and items that somebody spoiled past the API are left out. */
export const readable = <State>(items: readonly Item[], read: (item: Item) => State | undefined): State[] =>
  items.flatMap((item) => {
    try {
      return read(item) ?? [];
    } catch {
      // the stream handler has reported the write that spoiled it
      return [];
    }
  });

/** The generation of a living flag, whatever else can be read of its item. */
export const generationOf = (item: Item | undefined): string | undefined =>
  item !== undefined && !isTombstone(item) && typeof item['generation'] === 'string'
    ? item['generation']
    : undefined;

/** The attributes that make an item a tombstone; `ttl` in the past lets DynamoDB collect it. */
export const tombstone = (changeId: string, nowMs: number) => ({
  changeId,
  tombstone: true,
  ttl: Math.floor(nowMs / 1000),
});

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = z.array(z.string());

/**
 * As far as nobody else looks: rules and values are judged by whoever compiles the flag, its schema and limits by
 * whoever writes it, and a container reads a thousand flags at once.
 */
const StoredFlagSchema = FlagSchema.extend({
  key: z.string(),
  variants: z.custom<Flag['variants']>(isObject),
  onVariant: z.string(),
  offVariant: z.string(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  rolloutPercentage: z.number(),
  rules: z.custom<Flag['rules']>(Array.isArray),
  groups: texts,
  userTypes: texts,
  subscriptionTiers: texts,
  tags: texts,
  valueSchema: z.custom<Flag['valueSchema']>(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const FlagItemSchema = z.object({
  generation: z.string().min(1),
  flag: json.pipe(StoredFlagSchema),
  planned: json.pipe(z.array(PlannedChangeSchema)).optional(),
});

/** Undefined where the item is a tombstone; throws a ZodError where it is corrupt. */
export const parseFlagItem = (item: Item): FlagRecord | undefined =>
  isTombstone(item) ? undefined : { ...FlagItemSchema.parse(item), changeId: changeIdOf(item) };

export const flagAttributes = (record: FlagRecord, changeId: string) => ({
  generation: record.generation,
  changeId,
  version: record.flag.version,
  flag: JSON.stringify(record.flag),
  planned: record.planned === undefined ? undefined : JSON.stringify(record.planned),
});

const SegmentItemSchema = z.object({ segment: json.pipe(SegmentSchema) });

/** As {@link parseFlagItem}. */
export const parseSegmentItem = (item: Item): Segment | undefined =>
  isTombstone(item) ? undefined : SegmentItemSchema.parse(item).segment;

export const segmentAttributes = (segment: Segment, changeId: string) => ({
  changeId,
  version: segment.version,
  segment: JSON.stringify(segment),
});

const OverrideItemSchema = z.object({
  environment: z.string(),
  flagKey: z.string(),
  generation: z.string(),
  userId: z.string().nullable(),
  deviceId: z.string().nullable().default(null),
  kind: z.enum(OVERRIDE_KINDS),
  value: json.pipe(JsonValueSchema).optional(),
  enabled: z.boolean(),
  reason: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedBy: z.string(),
  updatedAt: z.string(),
  expiresAtMs: z.number().nullable(),
  version: z.number().int().positive(),
});

export const parseOverrideItem = (item: Item): StoredOverride | undefined => {
  if (isTombstone(item)) {
    return undefined;
  }
  const { userId, deviceId, ...fields } = OverrideItemSchema.parse(item);
  return { ...fields, ...subjectOf(userId, deviceId) };
};

/** Throws a TypeError where there is neither a user nor a device. */
export const subjectOf = (userId: string | null, deviceId: string | null): OverrideSubject => {
  if (userId !== null) {
    return { userId, deviceId: null };
  }
  if (deviceId === null) {
    throw new TypeError('the override is of nobody');
  }
  return { userId, deviceId };
};

/** `ttl` lies behind the expiry: it only says when DynamoDB may collect the item. */
export const overrideAttributes = (override: StoredOverride, changeId: string) => ({
  ...override,
  value: override.value === undefined ? undefined : JSON.stringify(override.value),
  changeId,
  ttl: override.expiresAtMs === null ? undefined : Math.ceil(override.expiresAtMs / 1000) + 1,
});

const DeviceItemSchema = z.object(DeviceSchema.shape);

/** As {@link parseFlagItem}. */
export const parseDeviceItem = (item: Item): Device | undefined =>
  isTombstone(item) ? undefined : DeviceItemSchema.parse(item);

/** Events and fields of a newer version are kept as they are: a log that cannot be read helps nobody. */
const ChangeSchema = z
  .object(AuditEventSchema.omit({ values: true }).shape)
  .extend({ event: z.string() }) as unknown as z.ZodType<Change>;
const ChangeItemSchema = z.object({ change: json.pipe(ChangeSchema) });

export const parseChangeItem = (item: Item): Change => ChangeItemSchema.parse(item).change;

/** Change records live for a week, longer than any stream record that could ask for them. */
const CHANGE_TTL_SECONDS = 7 * 24 * 3600;

export const changeAttributes = (change: Change) => ({
  change: JSON.stringify(change),
  ttl: Math.floor(Date.parse(change.at) / 1000) + CHANGE_TTL_SECONDS,
});
