import {
  ChangeFeatureFlagsResponseSchema,
  DeviceFlagsResponseSchema,
  UserFlagsResponseSchema,
} from '../../shared/contract/feature-flags';
import { adminOf, expectProblem, keyOf, newUserId } from '../support/admin';
import { type DemoUser, eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const ofUser = (userId: string): string => `/api/admin/users/${userId}/feature-flags`;
const ofDevice = (deviceId: string): string => `/api/admin/devices/${deviceId}/feature-flags`;
const flagKey = async (fields: Record<string, unknown> = {}): Promise<string> =>
  keyOf(await makeFlag(fields));

const myFlag = async (
  as: DemoUser,
  key: string,
  headers: Record<string, string> = {},
): Promise<{ value: unknown; source: string }> =>
  (await guidon.call('GET', '/api/flags/me', { as, headers })).body.flags[key] as never;

describe('the feature flags of a user', () => {
  it('are pinned and cleared by one request, seen in the panel at once and by the user soon', async () => {
    const [one, other] = [await flagKey(), await flagKey({ type: 'number', variants: { on: 1, off: 0 } })];
    const path = ofUser(guidon.ids.bob);
    const answer = await asAdmin('PATCH', path, {
      flags: [
        { key: one, value: true },
        { key: other, value: 42 },
      ],
    });
    expect(answer.status).toBe(200);
    expect(ChangeFeatureFlagsResponseSchema.parse(answer.body).flags).toMatchObject({
      [one]: true,
      [other]: 42,
    });
    const panel = await guidon.call('GET', path, { as: 'viewer' });
    const shown = UserFlagsResponseSchema.parse(panel.body);
    expect(shown).toMatchObject({ userId: guidon.ids.bob, environment: 'production', identity: 'pool' });
    expect(shown.flags.find(({ key }) => key === other)).toMatchObject({
      type: 'number',
      value: 42,
      variant: null,
      source: 'user override',
      override: { kind: 'value', expiresAt: null },
      shadowed: [
        { source: 'disabled', value: 0 },
        { source: 'default', value: 1 },
      ],
    });
    await eventually(
      () => myFlag('bob', other),
      (flag) => {
        expect(flag).toMatchObject({ value: 42, source: 'user override' });
      },
    );
    await eventually(
      () => asAdmin('GET', `/api/admin/audit?event=user.feature_flags.changed&flagKey=${other}`),
      ({ body }) => {
        expect(body.items).toMatchObject([
          {
            targetUserId: guidon.ids.bob,
            changedKeys: [one, other],
            values: { [one]: true, [other]: 42 },
            route: 'PATCH /api/admin/users/{userId}/feature-flags',
          },
        ]);
      },
    );
    const cleared = await asAdmin('PATCH', path, {
      flags: [
        { key: one, value: null },
        { key: other, value: null },
      ],
    });
    expect(Object.keys(cleared.body.flags)).not.toEqual(expect.arrayContaining([one]));
  });

  it('count the entries of a request before those that name a flag twice', async () => {
    const key = await flagKey();
    const path = ofUser(newUserId());
    const entries = (count: number) => ({
      flags: Array.from({ length: count }, () => ({ key, value: true })),
    });
    expect((await asAdmin('PATCH', path, entries(32))).body).toEqual({ ok: true, flags: { [key]: true } });
    for (const count of [0, 33]) {
      const { errors } = expectProblem(await asAdmin('PATCH', path, entries(count)), 400, 'INVALID_REQUEST');
      expect(errors).toMatchObject([{ pointer: '/flags' }]);
    }
  });

  it('are all left as they are where one entry is wrong', async () => {
    const key = await flagKey();
    const path = ofUser(newUserId());
    const send = (...flags: object[]) => asAdmin('PATCH', path, { flags });
    const unknown = await send({ key, value: true }, { key: 'no-such-flag-here', value: true });
    expect(expectProblem(unknown, 404, 'FLAG_NOT_FOUND').errors).toMatchObject([{ pointer: '/flags/1/key' }]);
    const unfit = await send({ key, value: 'yes' });
    expect(expectProblem(unfit, 422, 'INVALID_VALUE').errors).toMatchObject([{ pointer: '/flags/0/value' }]);
    const missing = await send({ key });
    expect(expectProblem(missing, 400, 'INVALID_REQUEST').errors).toMatchObject([
      { pointer: '/flags/0/value' },
    ]);
    expectProblem(
      await asAdmin('PATCH', `${path}?checkUser=true`, { flags: [{ key, value: true }] }),
      404,
      'USER_NOT_FOUND',
    );
    expect((await asAdmin('PATCH', `${path}?dryRun=true`, { flags: [{ key, value: true }] })).body).toEqual({
      ok: true,
      flags: { [key]: true },
    });
    expect((await send({ key, value: null })).body).toEqual({ ok: true, flags: {} });
    expectProblem(
      await asAdmin('PATCH', ofUser('no-id'), { flags: [{ key, value: true }] }),
      400,
      'INVALID_REQUEST',
    );
  });
});

describe('the feature flags of a device', () => {
  const register = async (userId: string, type = 'phone'): Promise<string> => {
    const deviceId = `device-${newUserId()}`;
    const path = `/api/admin/users/${userId}/devices/${deviceId}`;
    expect((await asAdmin('PUT', path, { type })).status).toBe(201);
    return deviceId;
  };

  it('count where the owner asks from it, on every route of evaluation, and not elsewhere', async () => {
    const key = await flagKey({ type: 'string', variants: { on: 'on', off: 'off' } });
    const deviceId = await register(guidon.ids.alice);
    const pinned = await asAdmin('PATCH', ofDevice(deviceId), { flags: [{ key, value: 'pinned' }] });
    expect(pinned.body).toEqual({ ok: true, flags: { [key]: 'pinned' } });
    const panel = DeviceFlagsResponseSchema.parse((await asAdmin('GET', ofDevice(deviceId))).body);
    expect(panel).toMatchObject({ deviceId, userId: guidon.ids.alice, identity: 'pool' });
    expect(panel.flags.find((flag) => flag.key === key)).toMatchObject({ source: 'device override' });

    const from = { 'x-device-id': deviceId };
    await eventually(
      () => myFlag('alice', key, from),
      (flag) => {
        expect(flag).toMatchObject({ value: 'pinned', source: 'device override' });
      },
    );
    const ask = (method: string, path: string, body?: object) =>
      guidon.call(method, path, { as: 'alice', headers: from, ...(body && { body }) });
    const everywhere = [
      () => ask('GET', '/api/config/flags'),
      () => ask('GET', '/api/feature-flags'),
      () => ask('GET', '/api/flags/me'),
      () => ask('POST', '/ofrep/v1/evaluate/flags', {}),
      () => ask('POST', `/ofrep/v1/evaluate/flags/${key}`, {}),
    ];
    for (const route of everywhere) {
      await eventually(route, ({ text }) => {
        expect(text).toContain('"pinned"');
      });
    }
    expect((await myFlag('alice', key)).value).toBe('off');
    await asAdmin('DELETE', `/api/admin/users/${guidon.ids.alice}/devices/${deviceId}`);
    await eventually(
      () => myFlag('alice', key, from),
      (flag) => {
        expect(flag.value).toBe('off');
      },
    );
  });

  it('are given to a machine that names both the owner and the device', async () => {
    const key = await flagKey();
    const userId = newUserId();
    const deviceId = await register(userId);
    await asAdmin('PATCH', ofDevice(deviceId), { flags: [{ key, value: true }] });
    const token = await guidon.machineToken();
    const valueFor = async (context: object, headers: Record<string, string> = {}): Promise<unknown> =>
      (await guidon.call('POST', `/ofrep/v1/evaluate/flags/${key}`, { token, body: { context }, headers }))
        .body.value;
    await eventually(
      () => valueFor({ targetingKey: userId, deviceId }),
      (value) => {
        expect(value).toBe(true);
      },
    );
    await eventually(
      () => valueFor({ targetingKey: userId }, { 'x-device-id': deviceId }),
      (value) => {
        expect(value).toBe(true);
      },
    );
    expect(await valueFor({ targetingKey: newUserId(), deviceId })).toBe(false);
    expect(await valueFor({ deviceId })).toBe(false);
  });

  it('are there for registered devices that are no chargers', async () => {
    const key = await flagKey();
    const change = { flags: [{ key, value: true }] };
    expectProblem(await asAdmin('GET', ofDevice('never-registered')), 404, 'DEVICE_NOT_FOUND');
    expectProblem(await asAdmin('PATCH', ofDevice('never-registered'), change), 404, 'DEVICE_NOT_FOUND');
    const charger = await register(newUserId(), 'charger');
    expectProblem(await asAdmin('GET', ofDevice(charger)), 422, 'INVALID_VALUE');
    expectProblem(await asAdmin('PATCH', ofDevice(charger), change), 422, 'INVALID_VALUE');
    expectProblem(await asAdmin('GET', ofDevice('a%20b')), 400, 'INVALID_REQUEST');
  });

  it('are explained', async () => {
    const key = await flagKey();
    const deviceId = await register(guidon.ids.bob);
    await asAdmin('PATCH', ofDevice(deviceId), { flags: [{ key, value: true }] });
    const { body } = await asAdmin('POST', `/api/admin/flags/${key}/explain`, {
      userId: guidon.ids.bob,
      deviceId,
    });
    expect(body.result).toMatchObject({ value: true, source: 'device override' });
    await asAdmin('DELETE', `/api/admin/users/${guidon.ids.bob}/devices/${deviceId}`);
  });
});
