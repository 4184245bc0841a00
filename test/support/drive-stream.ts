import { type AuditEvent } from '../../shared/contract/audit';
import { flagItemKey, overrideKey } from '../../shared/dynamodb/keys';
import { RecordTimes } from '../../local/record-times';
import { openStream, type StreamRecord } from './stream-records';
import { composeStreamSide, ENVIRONMENT, type World } from './world';

/** What the stream's filter lets through to the handler. */
const isForUs = ({ eventName, dynamodb }: StreamRecord): boolean => {
  const sortKey = dynamodb.Keys['SK']?.S ?? '';
  return (
    (sortKey.startsWith('CHANGE#') && eventName === 'INSERT') || /^(FLAG|SEGMENT|USER|DEVICE)#/.test(sortKey)
  );
};

/** The stream side of a world, driven by hand: which records reach the handler, and what becomes of them. */
export const driveStream = (world: World) => {
  const { changes, tables } = composeStreamSide(world);
  const read = openStream(world.engine.endpoint, world.engine.flagTableName, new RecordTimes());
  let taken = 0;
  const generationOf = async (flagKey: string): Promise<string> =>
    String((await tables.flagTable.get(flagItemKey(ENVIRONMENT, flagKey), 'strong'))?.['generation']);
  const auditLog = async (): Promise<AuditEvent[]> =>
    (await world.container.audit.list({ environment: ENVIRONMENT, limit: 500 })).items;
  const records = async (): Promise<StreamRecord[]> => (await read()).filter(isForUs);
  /** What has come since this was asked for last. */
  const news = async (): Promise<StreamRecord[]> => {
    const all = await records();
    const since = all.slice(taken);
    taken = all.length;
    return since;
  };
  const deliver = async (each: readonly StreamRecord[]): Promise<void> => {
    const ends = changes.beginBatch();
    for (const record of each) {
      await changes.record(record, ends);
    }
  };
  return {
    changes,
    tables,
    generationOf,
    auditLog,
    unattributed: async (): Promise<AuditEvent[]> =>
      (await auditLog()).filter(({ event }) => event === 'change.unattributed'),
    records,
    deliver,
    news,
    /** Delivers what is new. */
    deliverNew: async (): Promise<void> => deliver(await news()),
    includeKey: async (flagKey: string, userId: string) =>
      overrideKey({
        environment: ENVIRONMENT,
        flagKey,
        generation: await generationOf(flagKey),
        userId,
        deviceId: null,
        kind: 'include',
      }),
  };
};

export type StreamDrive = ReturnType<typeof driveStream>;
