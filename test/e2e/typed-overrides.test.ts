import { adminOf, expectProblem, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const ofUser = (userId: string): string => `/api/admin/users/${userId}/flag-overrides`;

const aTheme = async (fields: object = {}): Promise<string> =>
  keyOf(
    await makeFlag({
      type: 'string',
      variants: { on: 'dark', off: 'light' },
      enabled: true,
      ...fields,
    }),
  );

describe('the value of a flag for a user', () => {
  it('is added, read, changed, listed and removed', async () => {
    const [flagKey, userId] = [await aTheme(), newUserId()];
    const added = await ask('POST', ofUser(userId), { flagKey, value: 'contrast', reason: 'asked' });
    expect(added).toMatchObject({ status: 201, body: { flagKey, userId, kind: 'value', enabled: true } });
    expect(added.headers.get('etag')).toBe('"1"');
    const place = `${ofUser(userId)}/${flagKey}`;
    expect(added.headers.get('location')).toBe(place);
    expect(await ask('GET', place)).toMatchObject({ status: 200, body: added.body });
    expectProblem(await ask('POST', ofUser(userId), added.body), 409, 'ALREADY_EXISTS');
    // what GET gave can be sent back
    expect(await ask('PATCH', place, added.body)).toMatchObject({ status: 200, body: { version: 1 } });
    const changed = await ask('PATCH', place, { enabled: false }, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, body: { enabled: false, value: 'contrast', version: 2 } });
    expectProblem(
      await ask('PATCH', place, { enabled: true }, { 'if-match': '"1"' }),
      412,
      'VERSION_CONFLICT',
    );
    await eventually(
      () => ask('GET', ofUser(userId)),
      ({ body }) => {
        expect(body).toEqual({ items: [changed.body], nextCursor: null });
      },
    );
    expect((await ask('DELETE', place)).status).toBe(204);
    expectProblem(await ask('DELETE', place), 404, 'OVERRIDE_NOT_FOUND');
    expectProblem(await ask('GET', place), 404, 'OVERRIDE_NOT_FOUND');
    expectProblem(await ask('PATCH', place, {}), 404, 'OVERRIDE_NOT_FOUND');
  });

  it('is what the user gets', async () => {
    const flagKey = await aTheme();
    const added = await ask('POST', `${ofUser(guidon.ids.alice)}?checkUser=true`, { flagKey, value: 'high' });
    expect(added.status).toBe(201);
    await eventually(
      () => guidon.call('GET', '/api/flags/me', { as: 'alice' }),
      ({ body }) => {
        expect(body.flags[flagKey]).toMatchObject({ value: 'high', source: 'user override' });
      },
    );
  });

  it('is refused by the field that is wrong', async () => {
    const [flagKey, userId] = [await aTheme(), newUserId()];
    const refusals = [
      [{ flagKey, value: null }, 400, '/value'],
      [{ flagKey }, 400, '/value'],
      [{ flagKey, value: 5 }, 422, '/value'],
      [{ value: 'x' }, 400, '/flagKey'],
      [{ flagKey, value: 'x', userId: newUserId() }, 400, '/userId'],
      [{ flagKey, value: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 400, '/expiresAt'],
      [{ flagKey, value: 'x', kind: 'include' }, 400, '/kind'],
      [{ flagKey, value: 'x', more: 1 }, 400, '/more'],
    ] as const;
    for (const [body, status, pointer] of refusals) {
      const code = status === 422 ? 'INVALID_VALUE' : 'INVALID_REQUEST';
      const problem = expectProblem(await ask('POST', ofUser(userId), body), status, code);
      expect(problem.errors?.[0]?.pointer).toBe(pointer);
    }
    const value = 'x';
    expectProblem(await ask('POST', ofUser('user-1'), { flagKey, value }), 400, 'INVALID_REQUEST');
    expectProblem(await ask('GET', ofUser('user-1')), 400, 'INVALID_REQUEST');
    const unknown = { flagKey: 'never-made', value };
    expectProblem(await ask('POST', ofUser(userId), unknown), 404, 'FLAG_NOT_FOUND');
    const checked = await ask('POST', `${ofUser(userId)}?checkUser=true`, { flagKey, value });
    expectProblem(checked, 404, 'USER_NOT_FOUND');
    expect(await ask('GET', ofUser(userId))).toMatchObject({ status: 200, body: { items: [] } });
  });
});

describe('all overrides', () => {
  it('of a flag and of the environment are listed in pages whose cursors fit nowhere else', async () => {
    const flagKey = await aTheme();
    const users = Array.from({ length: 3 }, newUserId);
    for (const userId of users) {
      await ask('POST', ofUser(userId), { flagKey, value: 'high' });
    }
    await ask('POST', `/api/admin/flags/${flagKey}/users`, { userId: users[0], overrideType: 'include' });
    const lists = [
      `/api/admin/feature-flags/${flagKey}/user-overrides?limit=2`,
      `/api/admin/overrides?limit=2&flagKey=${flagKey}`,
      `/api/admin/overrides?limit=2&q=${flagKey}`,
    ];
    for (const list of lists) {
      await eventually(
        async () => {
          const first = await ask('GET', list);
          const second = await ask('GET', `${list}&cursor=${first.body.nextCursor}`);
          return { first, second };
        },
        ({ first, second }) => {
          expect(first.body.items).toHaveLength(2);
          expect(second.body.items).toHaveLength(2);
        },
      );
      const { nextCursor } = (await ask('GET', list)).body;
      for (const other of [...lists, ofUser(users[0]!)].filter((each) => each !== list)) {
        const glue = other.includes('?') ? '&' : '?';
        expectProblem(await ask('GET', `${other}${glue}cursor=${nextCursor}`), 400, 'INVALID_REQUEST');
      }
    }
    await eventually(
      () => ask('GET', `/api/admin/feature-flags/${flagKey}/user-overrides?userId=${users[0]}`),
      ({ body }) => {
        expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['include', 'value']);
      },
    );
    const unknown = await ask('GET', '/api/admin/feature-flags/never-made/user-overrides');
    expectProblem(unknown, 404, 'FLAG_NOT_FOUND');
    for (const query of ['kind=device', 'enabled=yes', 'expiresBefore=soon', 'userId=a%23b', 'other=1']) {
      expectProblem(await ask('GET', `/api/admin/overrides?${query}`), 400, 'INVALID_REQUEST');
    }
  });

  it('are changed together, and reported on', async () => {
    const [flagKey, userId] = [await aTheme(), newUserId()];
    await ask('POST', ofUser(userId), { flagKey, value: 'high' });
    const items = [{ flagKey, userId, kind: 'value' }];
    const batch = (body: object, query = '') => ask('POST', `/api/admin/overrides/batch${query}`, body);
    expect(await batch({ action: 'disable', items }, '?dryRun=true')).toMatchObject({
      status: 200,
      body: { ok: true, dryRun: true, changed: 1 },
    });
    expect(await batch({ action: 'disable', items })).toMatchObject({
      status: 200,
      body: {
        ok: true,
        action: 'disable',
        changed: 1,
        unchanged: 0,
        results: [{ ...items[0], outcome: 'changed', version: 2 }],
      },
    });
    const refusals = [
      [{ action: 'extend', items }, '/expiresAt'],
      [{ action: 'disable', items, expiresAt: '2099-01-01T00:00:00Z' }, '/expiresAt'],
      [{ action: 'disable', items: [] }, '/items'],
      [{ action: 'disable', items: Array.from({ length: 101 }, () => items[0]) }, '/items'],
      [{ action: 'destroy', items }, '/action'],
      [{ action: 'disable', items: [{ ...items[0], more: 1 }] }, '/items/0/more'],
    ] as const;
    for (const [body, pointer] of refusals) {
      expect(expectProblem(await batch(body), 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe(pointer);
    }
    const absent = await batch({ action: 'remove', items: [...items, { ...items[0], kind: 'include' }] });
    expect(expectProblem(absent, 404, 'OVERRIDE_NOT_FOUND').errors?.[0]?.pointer).toBe('/items/1');
    const report = await ask('GET', '/api/admin/reports/overrides?limit=3');
    expect(report.status).toBe(200);
    expect(report.body.oldest.length).toBeLessThanOrEqual(3);
    expectProblem(await ask('GET', '/api/admin/reports/overrides?limit=101'), 400, 'INVALID_REQUEST');
  });
});

describe('a schema that the value of a user does not fit', () => {
  it('is answered 409 naming the user, and comes with force', async () => {
    const [flagKey, userId] = [await aTheme(), newUserId()];
    await ask('POST', ofUser(userId), { flagKey, value: 'contrast' });
    const path = `/api/admin/flags/${flagKey}`;
    const patch = { valueSchema: { enum: ['dark', 'light'] } };
    for (const query of ['', '?dryRun=true']) {
      const problem = expectProblem(await ask('PATCH', `${path}${query}`, patch), 409, 'IN_USE');
      expect(problem.errors).toMatchObject([{ pointer: '/valueSchema', code: 'override_unfit' }]);
      expect(problem.errors?.[0]?.message).toContain(userId);
    }
    expect((await ask('PATCH', `${path}?force=true`, patch)).status).toBe(200);
    expect(await ask('GET', `${ofUser(userId)}/${flagKey}`)).toMatchObject({ body: { enabled: false } });
  });
});
