import { openTables } from '../../../shared/composition/parts';
import { DynamoDeviceRepository } from '../../../shared/dynamodb/device-repository';
import { deviceKey } from '../../../shared/dynamodb/keys';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { beforeNext } from '../../support/before-next';
import { driveStream } from '../../support/drive-stream';
import { composeOverrideReader } from '../../support/stored-overrides';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

describe('the end of a device', () => {
  it('takes its overrides of all environments along, by changes that name who did it', async () => {
    const user = aUserId();
    const keys = Array.from({ length: 40 }, (_, number) => `ended-${String(number)}`);
    for (const key of keys) {
      await world.container.createFlag({ key });
    }
    for (const key of keys.slice(0, 3)) {
      await world.container.flags.create(aCall({ environment: 'staging' }), { key, type: 'boolean' });
    }
    await world.container.putDevice(user, 'ending');
    const pin = (environment: string, some: readonly string[]) =>
      world.container.featureFlags.change(
        aCall({ environment }),
        { deviceId: 'ending' },
        { flags: some.map((key) => ({ key, value: true })) },
        undefined,
      );
    await pin(ENVIRONMENT, keys.slice(0, 32));
    await pin(ENVIRONMENT, keys.slice(32));
    await pin('staging', keys.slice(0, 3));
    await world.container.devices.remove(aCall(), user, 'ending');

    const stream = driveStream(world);
    await stream.deliverNew();
    const ofDevice = (await stream.auditLog()).filter(({ targetDeviceId }) => targetDeviceId === 'ending');
    expect(
      ofDevice
        .filter(({ event }) => event.startsWith('device.'))
        .map(({ event, changedKeys }) => [event, changedKeys.length])
        .sort(),
    ).toEqual([
      ['device.feature_flags.changed', 32],
      ['device.feature_flags.changed', 32],
      ['device.feature_flags.changed', 8],
      ['device.feature_flags.changed', 8],
      ['device.registered', 1],
      ['device.removed', 1],
    ]);
    expect(await stream.unattributed()).toEqual([]);

    await world.container.putDevice(user, 'ending');
    expect(await world.newContainer().valueOf('ended-0', user, 'ending')).toBe(false);
    expect(await world.container.pin({ deviceId: 'ending' }, { 'ended-1': null })).toEqual({});
  });

  it('is not passed by a value that is pinned at the same time', async () => {
    await world.container.createFlag({ key: 'pinned-late' });
    for (let round = 0; round < 5; round += 1) {
      const user = aUserId();
      const deviceId = `late-${String(round)}`;
      await world.container.putDevice(user, deviceId);
      const [pinned] = await Promise.allSettled([
        world.container.pin({ deviceId }, { 'pinned-late': true }),
        world.container.devices.remove(aCall(), user, deviceId),
      ]);
      if (pinned.status === 'rejected') {
        expect(pinned.reason).toMatchObject({ code: 'DEVICE_NOT_FOUND' });
      }
      await world.container.putDevice(user, deviceId);
      expect(await world.container.pin({ deviceId }, { 'pinned-late': null })).toEqual({});
      expect(await world.newContainer().valueOf('pinned-late', user, deviceId)).toBe(false);
    }
  });
});

describe('the values of a device', () => {
  const valuesOf = (key: string, deviceId: string) =>
    composeOverrideReader(world).shown(key, { userId: null, deviceId });

  it('go with it also where they were pinned just before its end', async () => {
    await world.container.createFlag({ key: 'slipped-in' });
    const [user, deviceId] = [aUserId(), 'slipping'];
    await world.container.putDevice(user, deviceId);
    beforeNext(DynamoDeviceRepository, 'commit', () =>
      world.container.pin({ deviceId }, { 'slipped-in': true }),
    );
    await world.container.devices.remove(aCall(), user, deviceId);
    expect(await valuesOf('slipped-in', deviceId)).toEqual([]);
  });

  it('stay where its next registration has them', async () => {
    await world.container.createFlag({ key: 'passed-on' });
    const [user, deviceId] = [aUserId(), 'passing'];
    await world.container.putDevice(user, deviceId);
    // the first thing after its end
    beforeNext(DynamoOverrideRepository, 'bumpVersion', async () => {
      await world.container.putDevice(aUserId(), deviceId);
      await world.container.pin({ deviceId }, { 'passed-on': true });
    });
    await world.container.devices.remove(aCall(), user, deviceId);
    expect(await valuesOf('passed-on', deviceId)).toMatchObject([{ value: true, enabled: true }]);
  });

  it('stay where it is registered anew while an end finds it gone', async () => {
    await world.container.createFlag({ key: 'newly-owned' });
    const [user, deviceId] = [aUserId(), 'coming-back'];
    beforeNext(DynamoOverrideRepository, 'ofSubject', async () => {
      await world.newContainer().putDevice(aUserId(), deviceId);
      await world.newContainer().pin({ deviceId }, { 'newly-owned': true });
    });
    await expect(world.container.devices.remove(aCall(), user, deviceId)).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
    expect(await valuesOf('newly-owned', deviceId)).toMatchObject([{ value: true, enabled: true }]);
  });

  it('can be cleared where they have outlived it, and nothing else', async () => {
    await world.container.createFlag({ key: 'outlived' });
    const deviceId = 'outliving';
    await world.container.putDevice(aUserId(), deviceId);
    await world.container.pin({ deviceId }, { outlived: true });
    await openTables(world.config).flagTable.deleteAll([deviceKey(deviceId)]);
    const pin = (value: boolean | null) => world.container.pin({ deviceId }, { outlived: value });
    await expect(pin(false)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    expect(await pin(null)).toEqual({});
    expect(await valuesOf('outlived', deviceId)).toEqual([]);
    await expect(pin(null)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
  });

  it.each(['charger', 'phone'] as const)(
    'go where it becomes a charger, after an interruption as soon as it is called a %s',
    async (type) => {
      const [key, user, deviceId] = [`charging-${type}`, aUserId(), `charging-${type}`];
      await world.container.createFlag({ key });
      const pin = () => world.container.pin({ deviceId }, { [key]: true });
      await world.container.putDevice(user, deviceId);
      await pin();
      await world.container.putDevice(user, deviceId, 'charger');
      expect(await valuesOf(key, deviceId)).toEqual([]);
      await world.container.putDevice(user, deviceId);
      await pin();
      beforeNext(DynamoOverrideRepository, 'ofSubject', () => Promise.reject(new Error('interrupted')));
      await expect(world.container.putDevice(user, deviceId, 'charger')).rejects.toThrow('interrupted');
      expect(await valuesOf(key, deviceId)).toMatchObject([{ value: true }]);
      await world.container.putDevice(user, deviceId, type);
      expect(await valuesOf(key, deviceId)).toEqual([]);
    },
  );

  it('go where they were given while it became a charger, not those of the phone that it is again', async () => {
    await world.container.createFlag({ key: 'recharged' });
    const [user, deviceId] = [aUserId(), 'recharged'];
    await world.container.putDevice(user, deviceId);
    beforeNext(DynamoOverrideRepository, 'bumpVersion', async () => {
      await world.container.putDevice(user, deviceId);
      await world.container.pin({ deviceId }, { recharged: true });
    });
    await world.container.putDevice(user, deviceId, 'charger');
    expect(await valuesOf('recharged', deviceId)).toMatchObject([{ value: true, enabled: true }]);
  });

  it('are not given to what has become a charger meanwhile', async () => {
    await world.container.createFlag({ key: 'crossed' });
    const [user, deviceId] = [aUserId(), 'crossing'];
    await world.container.putDevice(user, deviceId);
    beforeNext(DynamoOverrideRepository, 'commit', () =>
      world.newContainer().putDevice(user, deviceId, 'charger'),
    );
    await expect(world.container.pin({ deviceId }, { crossed: true })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect(await valuesOf('crossed', deviceId)).toEqual([]);
  });

  it('stay where it does not become a charger, because somebody else was faster', async () => {
    await world.container.createFlag({ key: 'refused' });
    const [user, deviceId] = [aUserId(), 'refusing'];
    await world.container.putDevice(user, deviceId);
    await world.container.pin({ deviceId }, { refused: true });
    beforeNext(DynamoDeviceRepository, 'commit', () =>
      world.newContainer().putDevice(user, deviceId, 'tablet'),
    );
    const put = world.container.devices.put(
      aCall({ ifMatch: [1] }),
      user,
      deviceId,
      { type: 'charger' },
      undefined,
    );
    await expect(put).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await valuesOf('refused', deviceId)).toMatchObject([{ value: true, enabled: true }]);
  });

  it('stay where its end is refused, because somebody else was faster', async () => {
    await world.container.createFlag({ key: 'kept-on' });
    const [user, deviceId] = [aUserId(), 'keeping'];
    await world.container.putDevice(user, deviceId);
    await world.container.pin({ deviceId }, { 'kept-on': true });
    beforeNext(DynamoDeviceRepository, 'commit', () =>
      world.newContainer().putDevice(user, deviceId, 'tablet'),
    );
    const removed = world.container.devices.remove(aCall({ ifMatch: [1] }), user, deviceId);
    await expect(removed).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await valuesOf('kept-on', deviceId)).toMatchObject([{ value: true, enabled: true }]);
    await world.container.devices.remove(aCall({ ifMatch: [2] }), user, deviceId);
    expect(await valuesOf('kept-on', deviceId)).toEqual([]);
  });
});
