import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { openTables, STREAM_LIMITS } from '../../../shared/composition/parts';
import { DynamoAuditRepository } from '../../../shared/dynamodb/audit-repository';
import type { Change } from '../../../shared/ports';
import { OverrideWriter } from '../../../shared/services/override-writer';
import { overrideTotals } from '../../../shared/services/override-totals';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { asCollected } from '../../support/stream-records';
import { aCall, aUserId, ENVIRONMENT, openWorld, pauseUntil, soonMs, type World } from '../../support/world';

let world: World;
let drive: StreamDrive;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  drive = driveStream(world);
});
afterAll(() => world.stop());

const read = () => composeMetricsService(world.config).read(ENVIRONMENT);
const totalsOf = async (key: string) => (await read()).overrideTotals.get(key);
const activeOf = async (key: string) => (await read()).activeOverrides.get(key);
const deliverAll = async () => drive.deliverNew();

const aFlag = async (): Promise<string> => {
  const key = `flag-${aUserId()}`;
  await world.container.createFlag({ key });
  return key;
};

describe('the totals of overrides', () => {
  it('count each change once, however often the stream tells of it and whoever handles it', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    await world.container.put(key, userId, 'include');
    await world.container.put(key, userId, 'exclude');
    await world.container.put(key, userId, 'include', { reason: 'why' });
    await world.container.remove(key, userId);
    await deliverAll();
    await deliverAll();
    await driveStream(world).deliver((await drive.records()).reverse());
    expect(await totalsOf(key)).toEqual({ created: 2, updated: 1, deleted: 2, expired: 0 });
    expect(await activeOf(key)).toEqual({ include: 0, exclude: 0, value: 0, device: 0 });
  });

  it('tell expiries from deletions, and go back for none of them', async () => {
    const [key, userId, endsMs] = [await aFlag(), aUserId(), soonMs()];
    await world.container.put(key, userId, 'include', { expiresAt: new Date(endsMs).toISOString() });
    await world.container.put(key, aUserId(), 'include');
    expect(await activeOf(key)).toMatchObject({ include: 2 });
    await pauseUntil(endsMs);
    // DynamoDB collects the item much later
    expect(await activeOf(key)).toMatchObject({ include: 1 });
    await drive.tables.flagTable.deleteAll([await drive.includeKey(key, userId)]);
    const records = await drive.records();
    const collected = records.map((record) => (record.eventName === 'REMOVE' ? asCollected(record) : record));
    await pauseUntil(endsMs + 1_000);
    await drive.deliver([...collected, ...collected]);
    expect(await totalsOf(key)).toEqual({ created: 2, updated: 0, deleted: 0, expired: 1 });
    expect(await activeOf(key)).toMatchObject({ include: 1 });
  });

  it('count a change of several flags with each of them', async () => {
    const [a, b] = [await aFlag(), await aFlag()];
    const writer = composeOverrideWriter(openTables(world.config).flagTable);
    const device = { userId: null, deviceId: 'device-1' };
    await world.container.putDevice(aUserId(), device.deviceId);
    const opened = await Promise.all(
      [a, b].map(async (key) => writer.openOne(await writer.presentFlag(ENVIRONMENT, key), device, 'value')),
    );
    const [first, second] = opened.map((each) =>
      OverrideWriter.write(
        each,
        writer.next(aCall(), each, { value: true, enabled: true, reason: null, expiresAtMs: null }),
      ),
    );
    await writer.commit(aCall(), [first!, second!], {
      ...{
        event: 'device.feature_flags.changed',
        environment: ENVIRONMENT,
        flagKey: null,
        targetUserId: null,
      },
      ...{ targetDeviceId: 'device-1', changedKeys: [a, b], before: { [a]: null, [b]: null }, reason: null },
      after: { [a]: { version: 1 }, [b]: { version: 1 } },
    });
    await deliverAll();
    expect(await totalsOf(a)).toMatchObject({ created: 1 });
    expect(await totalsOf(b)).toMatchObject({ created: 1 });
    expect(await activeOf(b)).toMatchObject({ device: 1, value: 0 });
  });

  it('outlive their flag, and go on with the next one of its key', async () => {
    const key = await aFlag();
    await world.container.put(key, aUserId(), 'include');
    await world.container.flags.delete(aCall(), key);
    await deliverAll();
    expect(await totalsOf(key)).toMatchObject({ created: 1 });
    expect(await activeOf(key)).toBeUndefined();
    await world.container.createFlag({ key });
    await world.container.put(key, aUserId(), 'include');
    await deliverAll();
    expect(await totalsOf(key)).toMatchObject({ created: 2 });
    expect(await activeOf(key)).toMatchObject({ include: 1 });
  });

  it('count what was written past the API too', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    await world.container.put(key, userId, 'include');
    await drive.tables.flagTable.deleteAll([await drive.includeKey(key, userId)]);
    await deliverAll();
    expect(await totalsOf(key)).toMatchObject({ created: 1, deleted: 1, expired: 0 });
    expect(await activeOf(key)).toMatchObject({ include: 0 });
  });

  it('are added to by many rows at once without losing one', async () => {
    const { flagTable, auditTable } = openTables(world.config, STREAM_LIMITS);
    const audit = new DynamoAuditRepository(auditTable, flagTable);
    const totals = new Map([['crowded', { created: 1 }]]);
    const change = (id: string): Change => ({
      ...{ id, event: 'override.added', environment: ENVIRONMENT, flagKey: 'crowded' },
      ...{ targetUserId: aUserId(), targetDeviceId: null, actor: 'test', changedKeys: [], before: null },
      ...{ after: { version: 1 }, reason: null, ip: null, userAgent: null, route: null, requestId: null },
      at: new Date().toISOString(),
    });
    const rows = Array.from({ length: 16 }, () => change(aUserId()));
    await Promise.all(rows.map((row) => audit.append(row, { totals })));
    await Promise.all(rows.map((row) => audit.append(row, { totals })));
    expect(await totalsOf('crowded')).toMatchObject({ created: 16 });
  });
});

describe('what a change did to overrides', () => {
  const aChange = (change: Partial<Change>): Change => ({
    ...{ id: 'id', event: 'override.added', environment: ENVIRONMENT, flagKey: 'a', targetUserId: 'user' },
    ...{ targetDeviceId: null, actor: 'test', changedKeys: [], before: null, after: null, reason: null },
    ...{ ip: null, userAgent: null, route: null, requestId: null, at: new Date(0).toISOString() },
    ...change,
  });
  const one = { version: 3 };

  it.each<[string, Partial<Change>, object]>([
    ['one that was added', { after: one }, { a: { created: 1 } }],
    ['one that was updated', { event: 'override.updated', before: one, after: one }, { a: { updated: 1 } }],
    [
      'two kinds that were removed together',
      { event: 'override.removed', before: { include: one, exclude: one } },
      { a: { deleted: 2 } },
    ],
    [
      'two kinds that came back together',
      { before: { include: null, exclude: null }, after: { include: one, exclude: one } },
      { a: { created: 2 } },
    ],
    ['an expiry', { event: 'override.expired', before: one }, { a: { expired: 1 } }],
    [
      'an import',
      { event: 'overrides.imported', targetUserId: null, after: { added: 5, updated: 0, removed: 2 } },
      { a: { created: 5, deleted: 2 } },
    ],
    ['an import that says nothing of it', { event: 'overrides.imported', after: 'text' }, {}],
    [
      'several flags',
      {
        event: 'user.feature_flags.changed',
        ...{ flagKey: null, changedKeys: ['a', 'b', 'c', 'd'] },
        before: { a: null, b: one, c: one, d: null },
        after: { a: one, b: one, c: null, d: null },
      },
      { a: { created: 1 }, b: { updated: 1 }, c: { deleted: 1 } },
    ],
    [
      'something unreadable past the API',
      { event: 'change.unattributed', after: { truncated: '' } },
      { a: { created: 1 } },
    ],
    ['a flag past the API', { event: 'change.unattributed', targetUserId: null, after: one }, {}],
    ['a flag', { event: 'flag.created', targetUserId: null, after: one }, {}],
    ['a segment', { event: 'segment.created', flagKey: null, targetUserId: null, after: one }, {}],
  ])('is read from the change: %s', (_, change, expected) => {
    expect(Object.fromEntries(overrideTotals(aChange(change)))).toEqual(expected);
  });
});
