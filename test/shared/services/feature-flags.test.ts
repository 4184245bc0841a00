import { composeFeatureFlagService } from '../../../shared/composition/feature-flag-service';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { openTables } from '../../../shared/composition/parts';
import { batchChange } from '../../../shared/services/batch-change';
import { OverrideWriter } from '../../../shared/services/override-writer';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { giveUnchecked } from '../../support/give-overrides';
import { aCall, aUserId, ENVIRONMENT, openWorld, pauseUntil, soonMs, type World } from '../../support/world';

let world: World;
let stream: StreamDrive;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  stream = driveStream(world);
  const { createFlag } = world.container;
  await createFlag({ key: 'ff-bool' });
  await createFlag({
    key: 'ff-text',
    type: 'string',
    variants: { on: 'a', off: 'b' },
    valueSchema: { maxLength: 300_000 },
  });
  await createFlag({ key: 'ff-json', type: 'object', variants: { on: { a: 1 }, off: {} } });
});
afterAll(() => world.stop());

const change = (userId: string, flags: { key: string; value: any }[], call = aCall()) =>
  world.container.featureFlags.change(call, { userId }, { flags }, undefined);

const WIDE = Array.from({ length: 32 }, (_, number) => `ff-wide-${String(number)}`);

/** As many as a change has at most; the same ones each time. */
const thirtyTwoFlags = async (): Promise<string[]> => {
  const { flags, createFlag } = world.container;
  const { items } = await flags.list(ENVIRONMENT, {
    q: 'ff-wide-',
    tag: undefined,
    state: undefined,
    after: undefined,
    limit: 1,
  });
  for (const key of items.length === 0 ? WIDE : []) {
    await createFlag({ key });
  }
  return WIDE;
};

/** What the log has once the changes that are new since the last time have been delivered. */
const auditOf = async (userId: string) => {
  await stream.deliverNew();
  return (await world.container.audit.list({ environment: ENVIRONMENT, userId, limit: 500 })).items;
};

describe('a batch of values', () => {
  it('is one change, with what each flag has now', async () => {
    const user = aUserId();
    await world.container.pin({ userId: user }, { 'ff-bool': true });
    expect(
      await world.container.pin({ userId: user }, { 'ff-text': 'x', 'ff-json': { b: [1] }, 'ff-bool': null }),
    ).toEqual({ 'ff-json': { b: [1] }, 'ff-text': 'x' });
    const [last] = await auditOf(user);
    expect(last).toMatchObject({
      event: 'user.feature_flags.changed',
      flagKey: null,
      targetUserId: user,
      targetDeviceId: null,
      changedKeys: ['ff-text', 'ff-json', 'ff-bool'],
      values: { 'ff-text': 'x', 'ff-json': { b: [1] }, 'ff-bool': null },
      before: { 'ff-text': null, 'ff-bool': { value: true } },
    });
    expect(await world.newContainer().valueOf('ff-text', user)).toBe('x');
  });

  it('takes the last of several entries for a flag, and says nothing where nothing changes', async () => {
    const user = aUserId();
    const twice = [
      { key: 'ff-text', value: 7 },
      { key: 'ff-text', value: 'last' },
      { key: 'ff-bool', value: null },
    ];
    expect(await change(user, twice)).toEqual({ ok: true, flags: { 'ff-text': 'last' } });
    expect(await change(user, twice)).toEqual({ ok: true, flags: { 'ff-text': 'last' } });
    expect(await auditOf(user)).toHaveLength(1);
  });

  it('is not written at all where one of it does not fit, and names each', async () => {
    const user = aUserId();
    await expect(
      change(user, [
        { key: 'ff-nowhere', value: true },
        { key: 'ff-bool', value: true },
        { key: 'ff-nothing', value: null },
        { key: 'ff-text', value: 1 },
      ]),
    ).rejects.toMatchObject({
      code: 'FLAG_NOT_FOUND',
      errors: [{ pointer: '/flags/0/key' }, { pointer: '/flags/2/key' }, { pointer: '/flags/3/value' }],
    });
    await expect(
      change(user, [
        { key: 'ff-bool', value: true },
        { key: 'ff-text', value: 1 },
        { key: 'ff-json', value: 'x' },
      ]),
    ).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      errors: [{ pointer: '/flags/1/value' }, { pointer: '/flags/2/value' }],
    });
    expect(await change(user, [{ key: 'ff-bool', value: null }])).toEqual({ ok: true, flags: {} });
    expect(await auditOf(user)).toEqual([]);
  });

  it('checks everything in a dry run, and writes nothing', async () => {
    const user = aUserId();
    const dry = aCall({ dryRun: true });
    expect(await change(user, [{ key: 'ff-bool', value: true }], dry)).toEqual({
      ok: true,
      flags: { 'ff-bool': true },
    });
    await expect(change(user, [{ key: 'ff-bool', value: 1 }], dry)).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    expect(await change(user, [{ key: 'ff-json', value: null }])).toEqual({ ok: true, flags: {} });
  });

  it('has to fit into one change record', async () => {
    const user = aUserId();
    await expect(change(user, [{ key: 'ff-text', value: 'x'.repeat(70_000) }])).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      errors: [{ pointer: '/flags/0/value' }],
    });
    const keys = ['large-1', 'large-2', 'large-3'];
    await Promise.all(
      keys.map((key) => world.container.createFlag({ key, type: 'string', variants: { on: 'a', off: 'b' } })),
    );
    const all = (letter: string) => keys.map((key) => ({ key, value: letter.repeat(60_000) }));
    await change(user, all('x'));
    await expect(change(user, all('y'))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await change(user, all('y').slice(0, 2))).toMatchObject({ ok: true });
    expect(await auditOf(user)).toHaveLength(2);
  });

  it('takes no place of the hour where one of its flags has none left', async () => {
    const scarce = composeFeatureFlagService({ ...world.config, overrideChangesPerHour: 2 });
    const pin = (...keys: string[]) =>
      scarce.change(
        aCall(),
        { userId: aUserId() },
        { flags: keys.map((key) => ({ key, value: true })) },
        undefined,
      );
    await world.container.createFlag({ key: 'ff-full' });
    await world.container.createFlag({ key: 'ff-free' });
    await pin('ff-full');
    await pin('ff-full');
    for (let round = 0; round < 5; round += 1) {
      await expect(pin('ff-free', 'ff-full')).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        message: 'The flag "ff-full" takes at most 2 override changes per hour.',
      });
    }
    expect(await pin('ff-free')).toMatchObject({ flags: { 'ff-free': true } });
    expect(await pin('ff-free')).toMatchObject({ flags: { 'ff-free': true } });
    await expect(pin('ff-free')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('replaces an override that has expired, and says so', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'ff-ending' });
    const endMs = soonMs();
    const writer = composeOverrideWriter(openTables(world.config).flagTable);
    const put = async (expiresAtMs: number | null, enabled: boolean) => {
      const record = await writer.presentFlag(ENVIRONMENT, 'ff-ending');
      const opened = await writer.openOne(record, { userId: user, deviceId: null }, 'value');
      const next = writer.next(aCall(), opened, { value: false, enabled, reason: 'kept', expiresAtMs });
      const writes = [OverrideWriter.write(opened, next)] as const;
      await writer.commit(
        aCall(),
        writes,
        batchChange(writes, ({ slot }) => slot.override),
      );
    };
    await put(endMs, false);
    // switched off, and it ends: the value alone changes
    expect(await world.container.pin({ userId: user }, { 'ff-ending': true })).toEqual({ 'ff-ending': true });
    const [kept] = await auditOf(user);
    expect(kept).toMatchObject({
      after: {
        'ff-ending': {
          value: true,
          enabled: true,
          reason: 'kept',
          expiresAt: new Date(endMs).toISOString(),
          version: 2,
        },
      },
    });
    await pauseUntil(endMs);
    expect(await world.container.pin({ userId: user }, { 'ff-bool': null })).toEqual({});
    await world.container.pin({ userId: user }, { 'ff-ending': true });
    const events = (await auditOf(user)).map(({ event, after }) => [event, after]);
    expect(events).toEqual(
      expect.arrayContaining([
        ['override.expired', null],
        [
          'user.feature_flags.changed',
          { 'ff-ending': expect.objectContaining({ version: 1, reason: null, expiresAt: null }) },
        ],
      ]),
    );
  });

  it('of a full thirty-two flags is one change', async () => {
    const [user, keys] = [aUserId(), await thirtyTwoFlags()];
    const all = (value: boolean | null) => Object.fromEntries(keys.map((key) => [key, value]));
    expect(await world.container.pin({ userId: user }, all(true))).toEqual(all(true));
    expect(await world.container.pin({ userId: user }, all(null))).toEqual({});
    expect((await auditOf(user)).map(({ changedKeys }) => changedKeys.length)).toEqual([32, 32]);
  });

  it('of a full thirty-two flags is one change also where all replace what has expired', async () => {
    const [deviceId, keys] = ['ff-wide', await thirtyTwoFlags()];
    await world.container.putDevice(aUserId(), deviceId);
    for (const [number, key] of keys.entries()) {
      await giveUnchecked(world, key, { userId: null, deviceId }, false, {
        enabled: number % 4 === 0,
        expiresAtMs: Date.now() - 1_000,
      });
    }
    const all = Object.fromEntries(keys.map((key) => [key, true]));
    expect(await world.container.pin({ deviceId }, all)).toEqual(all);
    await stream.deliverNew();
    const events = (await stream.auditLog()).filter(({ targetDeviceId }) => targetDeviceId === deviceId);
    const countOf = (name: string) => events.filter(({ event }) => event === name).length;
    expect([countOf('override.expired'), countOf('device.feature_flags.changed')]).toEqual([32, 1]);
    expect(await stream.unattributed()).toEqual([]);
    const { mostOverriddenFlags } = await world.container.reports.report(ENVIRONMENT, 100);
    const counted = mostOverriddenFlags.filter(({ flagKey }) => keys.includes(flagKey));
    expect(counted.map(({ count, device }) => [count, device])).toEqual(keys.map(() => [1, 1]));
  });

  it('ignores values that former flags of these keys have left behind', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'ff-reborn' });
    await world.container.pin({ userId: user }, { 'ff-reborn': true });
    await world.container.flags.delete(aCall(), 'ff-reborn');
    await world.container.createFlag({ key: 'ff-reborn' });
    expect(await world.container.pin({ userId: user }, { 'ff-bool': true })).toEqual({ 'ff-bool': true });
  });
});

describe('the device of a batch', () => {
  it('has to be registered, and no charger', async () => {
    const user = aUserId();
    await expect(world.container.pin({ deviceId: 'ff-none' }, { 'ff-bool': true })).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
    await world.container.putDevice(user, 'ff-charger', 'charger');
    await expect(world.container.pin({ deviceId: 'ff-charger' }, { 'ff-bool': true })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      errors: [{ pointer: '#path/deviceId', code: 'not_eligible' }],
    });
  });
});
