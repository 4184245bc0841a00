import { composeDepartureService } from '../../../shared/composition/departure-service';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { openTables } from '../../../shared/composition/parts';
import { OverrideWriter } from '../../../shared/services/override-writer';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { composeOverrideReader } from '../../support/stored-overrides';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
let drive: StreamDrive;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
  drive = driveStream(world);
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const departures = () => composeDepartureService({ ...world.config, overrideChangesPerHour: 1 });

const flagWith = async (userId: string, environment = ENVIRONMENT): Promise<string> => {
  const key = `flag-${aUserId()}`;
  const call = aCall({ environment });
  await world.container.flags.create(call, { key, type: 'boolean' });
  await world.container.overrides.put(call, key, { userId, overrideType: 'include' }, undefined);
  return key;
};

const setValue = async (key: string, userId: string): Promise<void> => {
  const writer = composeOverrideWriter(openTables(world.config).flagTable);
  const record = await writer.presentFlag(ENVIRONMENT, key);
  const opened = await writer.openOne(record, { userId, deviceId: null }, 'value');
  const next = writer.next(aCall(), opened, { value: true, enabled: false, reason: null, expiresAtMs: null });
  await writer.commit(aCall(), [OverrideWriter.write(opened, next)], {
    ...{ event: 'override.added', environment: ENVIRONMENT, flagKey: key, targetUserId: userId },
    ...{ targetDeviceId: null, changedKeys: [], before: null, after: null, reason: null },
  });
};

const left = async (key: string, userId: string) =>
  (await composeOverrideReader(world).shown(key, { userId, deviceId: null })).map(({ kind }) => kind);

describe('a person who left', () => {
  it('loses the overrides of every kind, in every environment, and nobody else does', async () => {
    const [userId, other] = [aUserId(), aUserId()];
    const [a, b, elsewhere] = [
      await flagWith(userId),
      await flagWith(userId),
      await flagWith(userId, 'staging'),
    ];
    await world.container.put(a, userId, 'exclude');
    await setValue(a, userId);
    await world.container.put(a, other, 'include');
    await departures().remove(aCall(), userId.toUpperCase());
    expect(await left(a, userId)).toEqual([]);
    expect(await left(b, userId)).toEqual([]);
    expect(await left(a, other)).toEqual(['include']);
    const { includes } = await world.container.overrides.list('staging', elsewhere, {
      after: undefined,
      limit: 9,
    });
    expect(includes).toEqual([]);
    expect(await world.newContainer().valueOf(a, userId)).toBe(false);
    await drive.deliverNew();
    const { items } = await world.container.audit.list({ environment: ENVIRONMENT, userId, limit: 99 });
    const removals = items.filter(({ event }) => event === 'override.removed');
    expect(removals.map(({ flagKey }) => flagKey).sort()).toEqual([a, b].sort());
    expect(removals.find(({ flagKey }) => flagKey === a)).toMatchObject({
      changedKeys: ['include', 'exclude', 'value'],
      before: {
        include: { overrideType: 'include' },
        exclude: { overrideType: 'exclude' },
        value: { kind: 'value', value: true, enabled: false },
      },
      after: null,
    });
    expect(await drive.unattributed()).toEqual([]);
    const [listed] = (
      await world.container.flags.list(ENVIRONMENT, {
        after: undefined,
        limit: 1,
        q: a,
        tag: undefined,
        state: undefined,
      })
    ).items;
    expect(listed?.overrideCounts).toEqual({ include: 1, exclude: 0, value: 0 });
  });

  it('is not found where there is nothing of theirs, as when they are removed already', async () => {
    const userId = aUserId();
    await expect(departures().remove(aCall(), userId)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await flagWith(userId);
    await departures().remove(aCall(), userId);
    await expect(departures().remove(aCall(), userId)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    await expect(departures().remove(aCall(), 'user-1')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('is gone when the same is asked again after a crash', async () => {
    const userId = aUserId();
    const keys: string[] = [];
    while (keys.length < 6) {
      keys.push(await flagWith(userId));
    }
    world.proxy.inject('refuse', { operations: ['TransactWriteItems'], skip: 2 });
    await expect(departures().remove(aCall(), userId)).rejects.toThrow();
    world.proxy.heal();
    const before = await Promise.all(keys.map((key) => left(key, userId)));
    expect(before.filter((kinds) => kinds.length === 0)).toHaveLength(2);
    await departures().remove(aCall(), userId);
    for (const key of keys) {
      expect(await left(key, userId)).toEqual([]);
    }
  });
});
