import { type AuditEvent } from '../../shared/contract/audit';
import { flagItemKey, overrideKey } from '../../shared/dynamodb/keys';
import { RecordTimes } from '../../local/record-times';
import { readStream, type StreamRecord } from './stream-records';
import { composeStreamSide, ENVIRONMENT, type World } from './world';

/** What the stream's filter lets through to the handler. */
export const isForUs = ({ eventName, dynamodb }: StreamRecord): boolean => {
  const sortKey = dynamodb.Keys['SK']?.S ?? '';
  return (
    (sortKey.startsWith('CHANGE#') && eventName === 'INSERT') || /^(FLAG|SEGMENT|USER|DEVICE)#/.test(sortKey)
  );
};

/** The stream side of a world, driven by hand: which records reach the handler, and what becomes of them. */
export const driveStream = (world: World) => {
  const { changes, tables } = composeStreamSide(world);
  const times = new RecordTimes();
  const generationOf = async (flagKey: string): Promise<string> =>
    String((await tables.flagTable.get(flagItemKey(ENVIRONMENT, flagKey), 'strong'))?.['generation']);
  const auditLog = async (): Promise<AuditEvent[]> =>
    (await world.container.audit.list({ environment: ENVIRONMENT, limit: 500 })).items;
  return {
    changes,
    tables,
    generationOf,
    auditLog,
    unattributed: async (): Promise<AuditEvent[]> =>
      (await auditLog()).filter(({ event }) => event === 'change.unattributed'),
    records: async (): Promise<StreamRecord[]> =>
      (await readStream(world.engine.endpoint, world.engine.flagTableName, times)).filter(isForUs),
    deliver: async (delivered: readonly StreamRecord[]): Promise<void> => {
      for (const record of delivered) {
        await changes.record(record);
      }
    },
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
