import type { FlagError } from '../../../shared/errors';
import { driveStream } from '../../support/drive-stream';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const codesOf = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] =>
  outcomes.map((each) => (each.status === 'fulfilled' ? 'ok' : (each.reason as FlagError).code)).sort();

const everything = { after: undefined, limit: 500 };

describe('a device', () => {
  it('is registered once to one of those who ask at the same time', async () => {
    const users = Array.from({ length: 8 }, aUserId);
    const outcomes = await Promise.allSettled(
      users.map((user) => world.newContainer().putDevice(user, 'contested')),
    );
    expect(codesOf(outcomes)).toEqual([...Array.from({ length: 7 }, () => 'ALREADY_EXISTS'), 'ok']);
    const owned = await Promise.all(users.map((user) => world.container.devices.list(user, everything)));
    expect(owned.flatMap(({ devices }) => devices)).toHaveLength(1);
  });

  it('is replaced with its version, or left alone where nothing changes', async () => {
    const user = aUserId();
    const put = (name: string, ifMatch?: number[]) =>
      world.container.devices.put(aCall({ ifMatch }), user, 'mine', { type: 'tablet', name }, undefined);
    expect(await put('First')).toMatchObject({ created: true, device: { version: 1, name: 'First' } });
    expect(await put('Second', [1])).toMatchObject({ created: false, device: { version: 2 } });
    expect(await put('Second')).toMatchObject({ created: false, device: { version: 2 } });
    await expect(put('Third', [1])).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    await expect(world.container.devices.remove(aCall({ ifMatch: [1] }), user, 'mine')).rejects.toMatchObject(
      { code: 'VERSION_CONFLICT' },
    );
  });

  it('of somebody else is as good as not there', async () => {
    await world.container.putDevice(aUserId(), 'not-yours');
    const stranger = aUserId();
    const { devices } = world.container;
    await expect(devices.get(stranger, 'not-yours')).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await expect(devices.remove(aCall(), stranger, 'not-yours')).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
    await expect(world.container.putDevice(stranger, 'not-yours')).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect(await devices.list(stranger, everything)).toEqual({ devices: [], next: undefined });
  });

  it('can be registered to somebody else once it is removed', async () => {
    const [first, second] = [aUserId(), aUserId()];
    await world.container.putDevice(first, 'handed-on');
    await world.container.devices.remove(aCall(), first, 'handed-on');
    await expect(world.container.devices.remove(aCall(), first, 'handed-on')).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
    expect(await world.container.putDevice(second, 'handed-on')).toMatchObject({
      created: true,
      device: { userId: second, version: 1 },
    });
  });

  it('is one of at most fifty of its user, also where they come all at once', async () => {
    const user = aUserId();
    for (let number = 0; number < 46; number += 1) {
      await world.container.putDevice(user, `many-${String(number)}`);
    }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, number) => world.container.putDevice(user, `more-${String(number)}`)),
    );
    expect(codesOf(outcomes)).toEqual([
      ...Array.from({ length: 4 }, () => 'INVALID_REQUEST'),
      ...Array.from({ length: 4 }, () => 'ok'),
    ]);
    const { devices } = await world.container.devices.list(user, everything);
    expect(devices).toHaveLength(50);
    await world.container.devices.remove(aCall(), user, devices[0]?.deviceId ?? '');
    expect(await world.container.putDevice(user, 'many-more')).toMatchObject({ created: true });
    await expect(world.container.putDevice(user, 'one-too-many')).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '#path/deviceId', code: 'too_many_devices' }],
    });
  });

  it('is listed page by page in the order of ids', async () => {
    const user = aUserId();
    await Promise.all(['p-b', 'p-c', 'p-a'].map((id) => world.container.putDevice(user, id)));
    const first = await world.container.devices.list(user, { after: undefined, limit: 2 });
    expect(first).toMatchObject({ devices: [{ deviceId: 'p-a' }, { deviceId: 'p-b' }], next: 'p-b' });
    const second = await world.container.devices.list(user, { after: first.next, limit: 2 });
    expect(second).toMatchObject({ devices: [{ deviceId: 'p-c' }], next: undefined });
  });
});

describe('changes of devices', () => {
  it('are in the audit log with the device before and after', async () => {
    const user = aUserId();
    const { devices } = world.container;
    await devices.put(aCall(), user, 'logged', { type: 'phone' }, undefined);
    await devices.put(aCall(), user, 'logged', { type: 'laptop', name: 'Work' }, undefined);
    await devices.remove(aCall(), user, 'logged');
    const stream = driveStream(world);
    await stream.deliverNew();
    const { items } = await world.container.audit.list({ environment: ENVIRONMENT, userId: user, limit: 10 });
    expect(items).toMatchObject([
      { event: 'device.removed', before: { type: 'laptop' }, after: null, targetDeviceId: 'logged' },
      {
        event: 'device.updated',
        changedKeys: ['type', 'name'],
        values: { type: 'laptop', name: 'Work' },
        before: { type: 'phone', version: 1 },
        after: { type: 'laptop', version: 2 },
      },
      { event: 'device.registered', flagKey: null, before: null, after: { userId: user, version: 1 } },
    ]);
  });
});
