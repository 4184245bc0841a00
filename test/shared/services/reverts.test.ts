import { composeOverrideService } from '../../../shared/composition/override-service';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { openTables } from '../../../shared/composition/parts';
import { composeRevertService } from '../../../shared/composition/revert-service';
import type { AuditEventName } from '../../../shared/contract/audit';
import type { JsonValue } from '../../../shared/contract/primitives';
import { composeOverrideReader } from '../../support/stored-overrides';
import type { OverrideSubject } from '../../../shared/override-ports';
import { OverrideWriter } from '../../../shared/services/override-writer';
import { auditedOverride } from '../../../shared/services/shown-override';
import { revertingIn } from '../../support/reverting';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
let writer: OverrideWriter;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  writer = composeOverrideWriter(openTables(world.config).flagTable);
});
afterAll(() => world.stop());

const { aFlag, lastEvent, revert } = revertingIn(() => world);

const stateOf = (key: string, subject: OverrideSubject) => composeOverrideReader(world).shown(key, subject);

/** Writes value overrides of several flags as one change. */
const setValues = async (subject: OverrideSubject, values: Record<string, JsonValue>): Promise<void> => {
  const opened = await Promise.all(
    Object.keys(values).map(async (key) =>
      writer.openOne(await writer.presentFlag(ENVIRONMENT, key), subject, 'value'),
    ),
  );
  const [first, ...others] = opened.map((each) => {
    const value = values[each.place.flagKey] ?? null;
    const decided = { value, enabled: true, reason: null, expiresAtMs: null };
    return OverrideWriter.write(each, value === null ? undefined : writer.next(aCall(), each, decided));
  });
  const writes = [first!, ...others] as const;
  const side = (of: (write: (typeof writes)[number]) => Parameters<typeof auditedOverride>[0] | undefined) =>
    Object.fromEntries(
      writes.map((write) => {
        const state = of(write);
        return [write.flagKey, state === undefined ? null : auditedOverride(state)];
      }),
    );
  await writer.commit(aCall(), writes, {
    event: subject.userId === null ? 'device.feature_flags.changed' : 'user.feature_flags.changed',
    environment: ENVIRONMENT,
    flagKey: null,
    targetUserId: subject.userId,
    targetDeviceId: subject.deviceId,
    changedKeys: Object.keys(values),
    before: side(({ slot }) => slot.override),
    after: side(({ next }) => next),
    reason: null,
  });
};

const future = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('reverting a change of an override', () => {
  it('removes one that was added', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    await world.container.put(key, userId, 'include');
    const { id } = await lastEvent('override.added', key);
    expect(await revert(id)).toMatchObject({
      event: 'override.removed',
      flagKey: key,
      targetUserId: userId,
      reason: `revert of ${id}`,
      after: null,
    });
    expect(await stateOf(key, { userId, deviceId: null })).toEqual([]);
    expect(await lastEvent('override.removed', key)).toMatchObject({ reason: `revert of ${id}` });
  });

  it('gives one that was changed its reason and end back', async () => {
    const [key, userId, expiresAt] = [await aFlag(), aUserId(), future(60_000)];
    await world.container.put(key, userId, 'include', { reason: 'first', expiresAt });
    await world.container.put(key, userId, 'include', { reason: 'second' });
    const { id } = await lastEvent('override.updated', key);
    expect(await revert(id)).toMatchObject({
      event: 'override.updated',
      after: { reason: 'first', expiresAt },
    });
    expect(await stateOf(key, { userId, deviceId: null })).toMatchObject([
      { kind: 'include', reason: 'first', expiresAt, version: 3 },
    ]);
  });

  it('creates both kinds again that were removed together', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    await world.container.put(key, userId, 'include', { reason: 'in' });
    await world.container.put(key, userId, 'exclude', { reason: 'out' });
    await world.container.remove(key, userId);
    const removal = await lastEvent('override.removed', key);
    expect(await revert(removal.id)).toMatchObject({
      event: 'override.added',
      changedKeys: ['include', 'exclude'],
      before: { include: null, exclude: null },
      after: { include: { reason: 'in' }, exclude: { reason: 'out' } },
    });
    expect(await stateOf(key, { userId, deviceId: null })).toMatchObject([
      { reason: 'in' },
      { reason: 'out' },
    ]);
    const { id } = await lastEvent('override.added', key);
    await revert(id);
    expect(await stateOf(key, { userId, deviceId: null })).toEqual([]);
  });

  it.each<[string, OverrideSubject, AuditEventName]>([
    ['user', { userId: aUserId(), deviceId: null }, 'user.feature_flags.changed'],
    ['device', { userId: null, deviceId: 'device-1' }, 'device.feature_flags.changed'],
  ])('puts back all flags of one change of a %s, as one change', async (_, subject, event) => {
    await (subject.deviceId === null ? undefined : world.container.putDevice(aUserId(), subject.deviceId));
    const [a, b] = [await aFlag({ type: 'number', variants: { on: 1, off: 0 } }), await aFlag()];
    await setValues(subject, { [a]: 5 });
    await setValues(subject, { [a]: 7, [b]: true });
    const { id } = await lastEvent(event);
    expect(await revert(id)).toMatchObject({
      event,
      flagKey: null,
      changedKeys: [a, b],
      values: { [a]: 5, [b]: null },
    });
    expect(await stateOf(a, subject)).toMatchObject([{ kind: 'value', value: 5 }]);
    expect(await stateOf(b, subject)).toEqual([]);
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  describe('of the values of a device that was removed', () => {
    const removed = async (deviceId: string) => {
      const [key, userId] = [await aFlag(), aUserId()];
      await world.container.putDevice(userId, deviceId);
      await world.container.pin({ deviceId }, { [key]: true });
      const pinned = await lastEvent('device.feature_flags.changed');
      await world.container.devices.remove(aCall(), userId, deviceId);
      const { id } = await lastEvent('device.feature_flags.changed');
      return {
        key,
        userId,
        pinned: pinned.id,
        removal: id,
        state: () => stateOf(key, { userId: null, deviceId }),
      };
    };

    it('finds no device, and tries no longer', async () => {
      const { removal, state } = await removed('gone');
      await expect(revert(removal)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
      expect(await state()).toEqual([]);
    });

    it.each(['phone', 'tablet'] as const)('puts them on no other device of its id, as a %s', async (type) => {
      const { key, userId, pinned, removal, state } = await removed(`another-${type}`);
      const other = type === 'phone' ? aUserId() : userId;
      await world.container.putDevice(other, `another-${type}`, type);
      await expect(revert(removal)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
      expect(await state()).toEqual([]);
      // nor does it take what that one has of its own, though it looks the same
      await world.container.pin({ deviceId: `another-${type}` }, { [key]: true });
      await expect(revert(pinned)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
      expect(await state()).toHaveLength(1);
    });

    it('puts them on no charger', async () => {
      const { removal, state } = await removed('to-charge');
      await world.container.putDevice(aUserId(), 'to-charge', 'charger');
      await expect(revert(removal)).rejects.toMatchObject({
        code: 'INVALID_VALUE',
        errors: [{ pointer: '#path/id', code: 'not_eligible' }],
      });
      expect(await state()).toEqual([]);
    });
  });

  it('is refused where any of it has moved on, and then nothing is written', async () => {
    const subject = { userId: aUserId(), deviceId: null };
    const [a, b] = [await aFlag(), await aFlag()];
    await setValues(subject, { [a]: true, [b]: true });
    const { id } = await lastEvent('user.feature_flags.changed');
    await setValues(subject, { [b]: false });
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await stateOf(a, subject)).toMatchObject([{ value: true, version: 1 }]);
  });

  it('is refused where the flag was created anew since, and where it is gone', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    await world.container.put(key, userId, 'include');
    await world.container.remove(key, userId);
    const { id } = await lastEvent('override.removed', key);
    await world.container.flags.delete(aCall(), key);
    await expect(revert(id)).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
    await world.container.createFlag({ key });
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('is refused for an end in the past and for a value that the flag does not take any more', async () => {
    const subject = { userId: aUserId(), deviceId: null };
    const [key, endsMs] = [await aFlag(), Date.now() + 1_500];
    await world.container.put(key, subject.userId, 'include', { expiresAt: new Date(endsMs).toISOString() });
    await world.container.remove(key, subject.userId);
    const { id } = await lastEvent('override.removed', key);
    const number = await aFlag({ type: 'number', variants: { on: 1, off: 0 } });
    await setValues(subject, { [number]: 5 });
    await setValues(subject, { [number]: null });
    await world.container.flags.patch(aCall(), number, { valueSchema: { maximum: 4 } });
    const removal = await lastEvent('user.feature_flags.changed');
    await expect(revert(removal.id)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsMs - Date.now()) + 20));
    await expect(revert(id)).rejects.toMatchObject({
      code: 'NOT_REVERTIBLE',
      message: expect.stringContaining('expired'),
    });
  });

  it('takes one of the changes of the hour, but not in a dry run', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    const config = { ...world.config, overrideChangesPerHour: 1 };
    const put = { userId, overrideType: 'include' } as const;
    await composeOverrideService(config).put(aCall(), key, put, undefined);
    const { id } = await lastEvent('override.added', key);
    const limited = composeRevertService(config);
    expect(await limited.revert(aCall({ dryRun: true }), id)).toMatchObject({
      event: { event: 'override.removed' },
    });
    expect(await stateOf(key, { userId, deviceId: null })).toHaveLength(1);
    await expect(limited.revert(aCall(), id)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('what cannot be reverted', () => {
  it('is an id that nobody knows, or that is of another environment', async () => {
    const key = await aFlag();
    const { id } = await lastEvent('flag.created', key);
    await expect(revert('no-such-id')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(revert(id, { environment: 'staging' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is a change that brings no override back, with an end for it', async () => {
    const { id } = await lastEvent('flag.created', await aFlag());
    await expect(revert(id, {}, null)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/expiresAt', code: 'no_override' }],
    });
  });
});
