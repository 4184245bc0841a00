import { DeviceSchema } from '../../shared/contract/device';
import { pageSchema } from '../../shared/contract/primitives';
import { adminOf, expectProblem, newUserId } from '../support/admin';
import { type DemoUser, eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const suite = newUserId().slice(0, 8);
let made = 0;
const newDeviceId = (): string => {
  made += 1;
  return `phone:${suite}-${String(made)}`;
};

const mine = (as: DemoUser, method: string, path: string, body?: unknown, headers = {}) =>
  guidon.call(method, `/api/devices/me${path}`, { as, ...(body !== undefined && { body }), headers });

describe('the devices of the caller', () => {
  it('are registered, replaced, listed and removed', async () => {
    const id = newDeviceId();
    const path = `/${encodeURIComponent(id)}`;
    const put = await mine('bob', 'PUT', path, { type: 'phone' });
    expect(put.status).toBe(201);
    expect(put.headers.get('location')).toBe(`/api/devices/me${path}`);
    expect(put.headers.get('etag')).toBe('"1"');
    expect(DeviceSchema.parse(put.body)).toMatchObject({ deviceId: id, userId: guidon.ids.bob, name: null });
    // what was answered can be sent again
    expect(await mine('bob', 'PUT', path, { ...put.body, name: 'Mine' })).toMatchObject({
      status: 200,
      body: { name: 'Mine', version: 2 },
    });
    expectProblem(
      await mine('bob', 'PUT', path, { type: 'laptop' }, { 'if-match': '"1"' }),
      412,
      'VERSION_CONFLICT',
    );
    expect(await mine('bob', 'GET', path)).toMatchObject({ status: 200, body: { version: 2 } });
    await eventually(
      () => mine('bob', 'GET', '?limit=500'),
      ({ body }) => {
        const { items } = pageSchema(DeviceSchema).parse(body);
        expect(items.map(({ deviceId }) => deviceId)).toContain(id);
      },
    );
    expect((await mine('bob', 'DELETE', path)).status).toBe(204);
    expectProblem(await mine('bob', 'DELETE', path), 404, 'DEVICE_NOT_FOUND');
    expectProblem(await mine('bob', 'GET', path), 404, 'DEVICE_NOT_FOUND');
  });

  it.each([
    ['an unknown type', { type: 'toaster' }, '/type'],
    ['no type', {}, '/type'],
    ['a name that is too long', { type: 'phone', name: 'x'.repeat(201) }, '/name'],
    ['another device', { type: 'phone', deviceId: 'another' }, '/deviceId'],
    ['another user', { type: 'phone', userId: newUserId() }, '/userId'],
    ['an unknown field', { type: 'phone', owner: 'x' }, '/owner'],
  ])('are refused with %s', async (_, body, pointer) => {
    const { errors } = expectProblem(
      await mine('bob', 'PUT', `/${newDeviceId()}`, body),
      400,
      'INVALID_REQUEST',
    );
    expect(errors).toMatchObject([{ pointer }]);
  });

  it('have ids of 1 to 128 letters, digits and a few signs', async () => {
    for (const id of ['a%23b', 'a%20b', 'x'.repeat(129), '%C3%A4']) {
      const { errors } = expectProblem(
        await mine('bob', 'PUT', `/${id}`, { type: 'phone' }),
        400,
        'INVALID_REQUEST',
      );
      expect(errors).toMatchObject([{ pointer: '#path/deviceId' }]);
    }
  });

  it('have cursors that are good for their owner alone', async () => {
    const ids = [newDeviceId(), newDeviceId()];
    for (const id of ids) {
      await mine('bob', 'PUT', `/${encodeURIComponent(id)}`, { type: 'phone' });
    }
    const first = await eventually(
      () => mine('bob', 'GET', '?limit=1'),
      ({ body }) => {
        expect(body.nextCursor).not.toBeNull();
      },
    );
    const rest = `?limit=1&cursor=${encodeURIComponent(first.body.nextCursor)}`;
    expect((await mine('bob', 'GET', rest)).status).toBe(200);
    expectProblem(await mine('alice', 'GET', rest), 400, 'INVALID_REQUEST');
    for (const id of ids) {
      await mine('bob', 'DELETE', `/${encodeURIComponent(id)}`);
    }
  });
});

describe('the devices of a user', () => {
  it('are kept by admins and seen by viewers', async () => {
    const path = `/api/admin/users/${newUserId()}/devices`;
    const id = newDeviceId();
    const one = `${path}/${encodeURIComponent(id)}`;
    const put = await asAdmin('PUT', one, { type: 'laptop', name: 'Lab' });
    expect(put.status).toBe(201);
    expect(put.headers.get('location')).toBe(one);
    expect(await guidon.call('GET', one, { as: 'viewer' })).toMatchObject({ body: { name: 'Lab' } });
    await eventually(
      () => guidon.call('GET', path, { as: 'viewer' }),
      ({ body }) => {
        expect(body).toMatchObject({ items: [{ deviceId: id }], nextCursor: null });
      },
    );
    expect((await guidon.call('DELETE', one, { as: 'viewer' })).status).toBe(403);
    expect((await asAdmin('DELETE', one)).status).toBe(204);
    expectProblem(await asAdmin('GET', one), 404, 'DEVICE_NOT_FOUND');
  });

  it('need a user, whom the pool knows where that is asked', async () => {
    const id = newDeviceId();
    const known = `/api/admin/users/${guidon.ids.bob}/devices/${encodeURIComponent(id)}?checkUser=true`;
    expect((await asAdmin('PUT', known, { type: 'phone' })).status).toBe(201);
    expect((await asAdmin('DELETE', known.replace('?checkUser=true', ''))).status).toBe(204);
    const unknown = `/api/admin/users/${newUserId()}/devices/${encodeURIComponent(id)}?checkUser=true`;
    expectProblem(await asAdmin('PUT', unknown, { type: 'phone' }), 404, 'USER_NOT_FOUND');
    const none = `/api/admin/users/no-id/devices/${encodeURIComponent(id)}`;
    const { errors } = expectProblem(await asAdmin('PUT', none, { type: 'phone' }), 400, 'INVALID_REQUEST');
    expect(errors).toMatchObject([{ pointer: '#path/userId' }]);
  });
});
