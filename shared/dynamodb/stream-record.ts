import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { OverrideKindSchema } from '../contract/override';
import type { JsonValue } from '../contract/primitives';
import { PoisonRecord } from '../errors';
import type { ImportPlace } from '../import-ports';
import type { OverridePlace } from '../override-ports';
import type { FlagGeneration } from '../ports';
import type { CorruptItem, ItemChange, Transition } from '../stream-ports';
import { changeIdOf, parseChangeItem, parseFlagItem, parseOverrideItem, parseSegmentItem } from './items';
import { PREFIX } from './keys';
import type { Item } from './table';

const image = z
  .record(z.string(), z.unknown())
  .transform((value) => unmarshall(value as Record<string, AttributeValue>));

const StreamRecordSchema = z.object({
  eventID: z.string(),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  userIdentity: z.object({ type: z.string().optional(), principalId: z.string().optional() }).nullish(),
  dynamodb: z.object({
    ApproximateCreationDateTime: z.number(),
    Keys: image.pipe(z.object({ PK: z.string(), SK: z.string() })),
    OldImage: image.optional(),
    NewImage: image.optional(),
  }),
});
type StreamRecord = z.infer<typeof StreamRecordSchema>;

const seen = <State>(
  item: Item | undefined,
  read: (item: Item) => State | undefined,
): State | CorruptItem | undefined => {
  try {
    return item && read(item);
  } catch {
    return { corrupt: JSON.parse(JSON.stringify(item)) as JsonValue };
  }
};

const transition = <State>(
  record: StreamRecord,
  read: (item: Item) => State | undefined,
): Transition<State> => {
  const { OldImage: before, NewImage: after } = record.dynamodb;
  return {
    before: seen(before, read),
    after: seen(after, read),
    changeIdBefore: changeIdOf(before),
    changeIdAfter: changeIdOf(after),
    isCollection:
      record.userIdentity?.type === 'Service' && record.userIdentity.principalId === 'dynamodb.amazonaws.com',
  };
};

const generationOf = (partition: string): FlagGeneration => {
  const [, environment, flagKey, generation] = partition.split('#');
  return {
    environment: z.string().parse(environment),
    flagKey: z.string().parse(flagKey),
    generation: z.string().parse(generation),
  };
};

const placeOf = (partition: string, sortKey: string): OverridePlace => {
  const of = generationOf(partition);
  const [, id, kind] = sortKey.split('#');
  return sortKey.startsWith(PREFIX.device)
    ? { ...of, userId: null, deviceId: z.string().parse(id), kind: 'value' }
    : { ...of, userId: z.string().parse(id), deviceId: null, kind: OverrideKindSchema.parse(kind) };
};

const itemChange = (record: StreamRecord): ItemChange => {
  const { PK, SK } = record.dynamodb.Keys;
  const about = {
    recordId: record.eventID,
    at: new Date(record.dynamodb.ApproximateCreationDateTime * 1000).toISOString(),
  };
  if (SK.startsWith(PREFIX.change)) {
    return { ...about, item: 'change', change: parseChangeItem(record.dynamodb.NewImage ?? {}) };
  }
  const environment = PK.slice(PK.indexOf('#') + 1);
  if (SK.startsWith(PREFIX.segment)) {
    return {
      ...about,
      item: 'segment',
      environment,
      segmentKey: SK.slice(PREFIX.segment.length),
      ...transition(record, parseSegmentItem),
    };
  }
  if (SK.startsWith(PREFIX.flag)) {
    return {
      ...about,
      item: 'flag',
      environment,
      flagKey: SK.slice(PREFIX.flag.length),
      ...transition(record, parseFlagItem),
    };
  }
  if (SK.startsWith(PREFIX.user) || SK.startsWith(PREFIX.device)) {
    return { ...about, item: 'override', place: placeOf(PK, SK), ...transition(record, parseOverrideItem) };
  }
  throw new PoisonRecord(`no kind of item has the sort key "${SK}"`);
};

/** Reads a record as the event source mapping hands it over, or throws {@link PoisonRecord}. */
export const readStreamRecord = (record: unknown): ItemChange => {
  try {
    return itemChange(StreamRecordSchema.parse(record));
  } catch (error) {
    throw error instanceof PoisonRecord
      ? error
      : new PoisonRecord('the record does not have the expected form', { cause: error });
  }
};

const jobOf = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.object({
    dynamodb: z.object({
      NewImage: image.pipe(z.object({ environment: z.string(), flagKey: z.string(), ...fields })),
    }),
  });
const SweepRecordSchema = jobOf({ generation: z.string() });
const RunRecordSchema = jobOf({ importId: z.string() });

/** Reads a record that asks for a job, or throws {@link PoisonRecord}. */
export const readJobRecord = (record: unknown): { sweep: FlagGeneration } | { import: ImportPlace } => {
  const run = RunRecordSchema.safeParse(record);
  if (run.success) {
    return { import: run.data.dynamodb.NewImage };
  }
  const sweep = SweepRecordSchema.safeParse(record);
  if (!sweep.success) {
    throw new PoisonRecord('the record names neither a generation nor an import', { cause: sweep.error });
  }
  return { sweep: sweep.data.dynamodb.NewImage };
};
