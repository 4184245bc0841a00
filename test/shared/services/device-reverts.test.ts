import type { AuditEventName } from '../../../shared/contract/audit';
import type { DeviceType } from '../../../shared/contract/device';
import { openTables } from '../../../shared/composition/parts';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { moveCounts, putOverride } from '../../../shared/dynamodb/override-repository';
import { DynamoDeviceRepository } from '../../../shared/dynamodb/device-repository';
import { beforeNext } from '../../support/before-next';
import { revertingIn } from '../../support/reverting';
import { composeOverrideReader } from '../../support/stored-overrides';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
const { aFlag, lastEvent, revert } = revertingIn(() => world);

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

let made = 0;
const aDevice = async (type: DeviceType = 'phone'): Promise<{ user: string; deviceId: string }> => {
  made += 1;
  const [user, deviceId] = [aUserId(), `device-${String(made)}`];
  await world.container.putDevice(user, deviceId, type);
  return { user, deviceId };
};
const idOf = async (event: AuditEventName): Promise<string> => (await lastEvent(event)).id;
const remove = (user: string, deviceId: string) => world.container.devices.remove(aCall(), user, deviceId);
const typeOf = async (user: string, deviceId: string) =>
  (await world.container.devices.get(user, deviceId)).type;
/** A value that lies there although the device is not registered. */
const leaveValue = async (key: string, deviceId: string): Promise<void> => {
  const { flagTable } = openTables(world.config);
  const generation = await new DynamoFlagRepository(flagTable, Date.now).generationOf(ENVIRONMENT, key);
  const of = { environment: ENVIRONMENT, flagKey: key, generation: generation ?? '' };
  const place = { ...of, userId: null, deviceId, kind: 'value' } as const;
  const at = new Date().toISOString();
  const by = { createdBy: 'test', createdAt: at, updatedBy: 'test', updatedAt: at };
  const override = {
    ...place,
    ...by,
    value: true,
    enabled: true,
    reason: null,
    expiresAtMs: null,
    version: 1,
  };
  const write = { ...place, slot: { override: undefined, changeId: undefined }, next: override };
  await flagTable.transact([
    putOverride(flagTable.name, write, 'change', Date.now()),
    ...moveCounts(flagTable.name, [write]),
  ]);
};
const valuesOf = (key: string, deviceId: string) =>
  composeOverrideReader(world).shown(key, { userId: null, deviceId });

describe('reverting a change of a device', () => {
  it('ends a registration, and begins it again as it was', async () => {
    const { user, deviceId } = await aDevice();
    const registered = await world.container.devices.get(user, deviceId);
    const { id } = await lastEvent('device.registered');
    expect(await revert(id)).toMatchObject({
      event: 'device.removed',
      targetUserId: user,
      targetDeviceId: deviceId,
      reason: `revert of ${id}`,
      before: registered,
      after: null,
    });
    await expect(typeOf(user, deviceId)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    expect(await revert(await idOf('device.removed'))).toMatchObject({
      event: 'device.registered',
      after: { deviceId, userId: user, type: 'phone', createdAt: registered.createdAt, version: 2 },
    });
    expect(await typeOf(user, deviceId)).toBe('phone');
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('gives it back its type and name', async () => {
    const { user, deviceId } = await aDevice();
    await world.container.putDevice(user, deviceId, 'tablet');
    const id = await idOf('device.updated');
    expect(await revert(id, { dryRun: true })).toMatchObject({ event: 'device.updated' });
    expect(await typeOf(user, deviceId)).toBe('tablet');
    await expect(revert(id, { ifMatch: [1] })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await revert(id, { ifMatch: [2] })).toMatchObject({
      event: 'device.updated',
      changedKeys: ['type'],
      after: { type: 'phone', version: 3 },
    });
    expect(await typeOf(user, deviceId)).toBe('phone');
  });

  it('lets the values come back that went with it', async () => {
    const key = await aFlag();
    const { user, deviceId } = await aDevice();
    await world.container.pin({ deviceId }, { [key]: true });
    await remove(user, deviceId);
    const ended = await idOf('device.removed');
    const cleared = await idOf('device.feature_flags.changed');
    await expect(revert(cleared)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await revert(ended);
    expect(await valuesOf(key, deviceId)).toEqual([]);
    await revert(cleared);
    expect(await valuesOf(key, deviceId)).toMatchObject([{ value: true, enabled: true }]);
    expect(await world.newContainer().valueOf(key, user, deviceId)).toBe(true);
  });

  it('takes no values along', async () => {
    const key = await aFlag();
    const { user, deviceId } = await aDevice();
    const registered = await idOf('device.registered');
    await world.container.pin({ deviceId }, { [key]: true });
    await expect(revert(registered)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    const { deviceId: charger, user: owner } = await aDevice('charger');
    await world.container.putDevice(owner, charger);
    const becamePhone = await idOf('device.updated');
    await world.container.pin({ deviceId: charger }, { [key]: true });
    await expect(revert(becamePhone)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await typeOf(user, deviceId)).toBe('phone');
    await world.container.pin({ deviceId: charger }, { [key]: null });
    expect(await revert(becamePhone)).toMatchObject({ after: { type: 'charger' } });
  });

  it('takes a value along that is given while the registration ends', async () => {
    const key = await aFlag();
    const { deviceId } = await aDevice();
    const registered = await idOf('device.registered');
    beforeNext(DynamoDeviceRepository, 'commit', () => world.container.pin({ deviceId }, { [key]: true }));
    expect(await revert(registered)).toMatchObject({ event: 'device.removed' });
    expect(await valuesOf(key, deviceId)).toEqual([]);
    expect(await lastEvent('device.feature_flags.changed')).toMatchObject({
      targetDeviceId: deviceId,
      after: { [key]: null },
    });
  });

  it('clears, asked again, what was left by one that was interrupted', async () => {
    const [key, { user, deviceId }] = [await aFlag(), await aDevice()];
    const registered = await idOf('device.registered');
    await remove(user, deviceId);
    await leaveValue(key, deviceId);
    expect(await valuesOf(key, deviceId)).toHaveLength(1);
    await expect(revert(registered)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await valuesOf(key, deviceId)).toEqual([]);
  });

  it('is refused where the device has gone on, to whomever', async () => {
    const { user, deviceId } = await aDevice();
    await remove(user, deviceId);
    const ended = await idOf('device.removed');
    const other = aUserId();
    await world.container.putDevice(other, deviceId);
    await expect(revert(ended)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    await remove(other, deviceId);
    await expect(revert(ended)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    const { id } = await lastEvent('device.removed');
    beforeNext(DynamoDeviceRepository, 'commit', () => world.newContainer().putDevice(aUserId(), deviceId));
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('brings nobody more devices than there may be', async () => {
    const { user, deviceId } = await aDevice();
    await remove(user, deviceId);
    const ended = await idOf('device.removed');
    for (let count = 0; count < 50; count += 1) {
      await world.container.putDevice(user, `${deviceId}-${String(count)}`);
    }
    await expect(revert(ended)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ code: 'too_many_devices' }],
    });
  });
});
