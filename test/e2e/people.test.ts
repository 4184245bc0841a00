import { adminOf, expectProblem, keyOf, newUserId } from '../support/admin';
import { type GuidonInstance, useGuidon } from '../support/guidon-instance';

const PEOPLE = '/api/admin/users';

let guidon: GuidonInstance;
const { ask, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

describe('people', () => {
  it('are found by the beginning of their e-mail address', async () => {
    const { status, body } = await guidon.call('GET', `${PEOPLE}?q=alice@`, { as: 'viewer' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [{ userId: guidon.ids.alice, email: 'alice@example.com', enabled: true, status: 'CONFIRMED' }],
      nextCursor: null,
    });
    expect(body.items[0].groups).toBeUndefined();
  });

  it('are all listed where nothing is looked for', async () => {
    const everybody = await guidon.call('GET', `${PEOPLE}?limit=60`, { as: 'viewer' });
    const found = await guidon.call('GET', `${PEOPLE}?limit=60&q=`, { as: 'viewer' });
    expect(found.body.items).toHaveLength(everybody.body.items.length);
    expect(found.body.items.length).toBeGreaterThan(3);
  });

  it('are found by id, in any spelling, with their groups', async () => {
    const { body } = await ask('GET', `${PEOPLE}?q=${guidon.ids.alice.toUpperCase()}`);
    expect(body.items).toEqual([
      expect.objectContaining({ email: 'alice@example.com', groups: ['beta_testers'] }),
    ]);
    expect(await ask('GET', `${PEOPLE}?q=${newUserId()}`)).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    });
  });

  it('are listed page by page, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await ask('GET', `${PEOPLE}?limit=1${cursor}`);
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(1);
      seen.push(...body.items.map(({ userId }: { userId: string }) => userId));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(Object.values(guidon.ids)));
  });

  it.each(['alice@" or email ^= "', '"', '\\', 'sub = "x"', 'no-such-address'])(
    'are not found by %j, which is no filter of its own',
    async (q) => {
      const { status, body } = await ask('GET', `${PEOPLE}?q=${encodeURIComponent(q)}`);
      expect({ status, items: body.items }).toEqual({ status: 200, items: [] });
    },
  );

  it('are not asked for by nothing, by too much, or by a cursor of another search', async () => {
    for (const query of [`q=${'x'.repeat(255)}`, 'limit=0', 'q=a&q2=b']) {
      expectProblem(await ask('GET', `${PEOPLE}?${query}`), 400, 'INVALID_REQUEST');
    }
    const { body } = await ask('GET', `${PEOPLE}?limit=1`);
    const other = await ask('GET', `${PEOPLE}?limit=1&q=a&cursor=${body.nextCursor}`);
    expectProblem(other, 400, 'INVALID_REQUEST');
  });
});

describe('a person who left', () => {
  it('has nothing left in any environment, and is not found a second time', async () => {
    const [path, userId] = [await makeFlag({ enabled: true }), newUserId()];
    await ask('POST', '/api/admin/flags?environment=staging', { key: keyOf(path) });
    for (const query of ['', '?environment=staging']) {
      const body = { userId, overrideType: 'exclude' };
      expect((await ask('POST', `${path}/users${query}`, body)).status).toBe(201);
    }
    expect(await ask('DELETE', `${PEOPLE}/${userId}`)).toMatchObject({ status: 204, text: '' });
    for (const query of ['', '?environment=staging']) {
      expect((await ask('GET', `${path}/users${query}`)).body).toMatchObject({ includes: [], excludes: [] });
    }
    expectProblem(await ask('DELETE', `${PEOPLE}/${userId}`), 404, 'USER_NOT_FOUND');
    expectProblem(await ask('DELETE', `${PEOPLE}/user-1`), 400, 'INVALID_REQUEST');
  });
});
