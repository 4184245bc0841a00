import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { driveStream } from '../../support/drive-stream';
import { asCollected, type StreamRecord } from '../../support/stream-records';
import { aCall, aUserId, openWorld, pause, pauseUntil, soonMs } from '../../support/world';

describe('records that come late', () => {
  /** The same history in a table of its own, its records delivered in the order that `arrange` makes of them. */
  const play = async (arrange: (records: StreamRecord[]) => StreamRecord[]) => {
    const own = await openWorld({ stream: true });
    try {
      const drive = driveStream(own);
      const table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: own.engine.endpoint }));
      const [expiring, removed, kept] = [aUserId(), aUserId(), aUserId()];
      const TableName = own.engine.flagTableName;
      await own.container.createFlag({ key: 'history' });
      const endsAtMs = soonMs();
      await own.container.put('history', expiring, 'include', {
        expiresAt: new Date(endsAtMs).toISOString(),
      });
      await own.container.put('history', removed, 'include');
      await own.container.put('history', kept, 'exclude');
      await pauseUntil(endsAtMs);
      await table.send(new DeleteCommand({ TableName, Key: await drive.includeKey('history', expiring) }));
      await table.send(new DeleteCommand({ TableName, Key: await drive.includeKey('history', removed) }));
      // DynamoDB Local tells only the minute: its records count from when they are first seen
      await drive.records();
      // records tell their time in whole seconds
      await pause(2_100);
      await own.container.flags.delete(aCall(), 'history');
      await own.container.createFlag({ key: 'history' });
      const records = (await drive.records()).map((record) =>
        record.eventName === 'REMOVE' && JSON.stringify(record.dynamodb.Keys).includes(expiring)
          ? asCollected(record)
          : record,
      );
      await drive.deliver(arrange(records));
      return (await drive.auditLog()).map(({ event }) => event).sort();
    } finally {
      await own.stop();
    }
  };

  it('end in the same log as those that come in time', async () => {
    const inOrder = await play((records) => records);
    expect(inOrder).toEqual([
      'change.unattributed',
      'flag.created',
      'flag.created',
      'flag.deleted',
      'override.added',
      'override.added',
      'override.added',
      'override.expired',
    ]);
    expect(await play((records) => [...records].reverse())).toEqual(inOrder);
    const [shuffled] = fc.sample(fc.infiniteStream(fc.nat()), 1);
    const order = shuffled![Symbol.iterator]();
    const weight = new Map<StreamRecord, number>();
    expect(
      await play((records) => {
        records.forEach((record) => weight.set(record, Number(order.next().value)));
        return [...records, ...records].sort((a, b) => weight.get(a)! - weight.get(b)!);
      }),
    ).toEqual(inOrder);
  });
});
