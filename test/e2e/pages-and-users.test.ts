import { adminOf, expectProblem, FLAGS, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag: aFlagPath } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

describe('pages', () => {
  it('of flags hold each flag once, and their cursors fit nowhere else', async () => {
    for (let flag = 0; flag < 7; flag += 1) {
      await aFlagPath({ tags: ['paged'] });
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await asAdmin('GET', `${FLAGS}?tag=paged&limit=3${query}`);
      seen.push(...body.items.map((flag: { key: string }) => flag.key));
      cursor = body.nextCursor;
      if (cursor !== null) {
        for (const other of [
          FLAGS,
          `${FLAGS}?tag=other`,
          `${FLAGS}?tag=paged&environment=staging`,
          '/api/admin/audit',
        ]) {
          const glue = other.includes('?') ? '&' : '?';
          expectProblem(await asAdmin('GET', `${other}${glue}cursor=${cursor}`), 400, 'INVALID_REQUEST');
        }
      }
    } while (cursor !== null);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it('of the audit log go back in time without a gap', async () => {
    const path = await aFlagPath();
    for (let change = 0; change < 6; change += 1) {
      await asAdmin('PATCH', path, { rolloutPercentage: change });
    }
    const query = `/api/admin/audit?flagKey=${keyOf(path)}&limit=4`;
    await eventually(
      async () => {
        const first = await asAdmin('GET', query);
        const second = await asAdmin('GET', `${query}&cursor=${first.body.nextCursor}`);
        return [...first.body.items, ...(second.body.items ?? [])] as {
          values: { rolloutPercentage?: number };
        }[];
      },
      (items) => {
        expect(items.map(({ values }) => values.rolloutPercentage)).toEqual([5, 4, 3, 2, 1, 0, 100]);
      },
    );
  });
});

describe('a user id', () => {
  it('is the sub of a user, and is looked up in the pool where that is asked', async () => {
    const path = await aFlagPath();
    const put = (userId: string, query = '') =>
      asAdmin('POST', `${path}/users${query}`, { userId, overrideType: 'include' });
    for (const userId of ['user-123', '', 'a b', `${newUserId()}x`]) {
      expect(expectProblem(await put(userId), 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe('/userId');
    }
    expectProblem(await put(newUserId(), '?checkUser=true'), 404, 'USER_NOT_FOUND');
    expect((await put(guidon.ids.bob, '?checkUser=true')).status).toBe(201);
    expectProblem(await asAdmin('DELETE', `${path}/users/user-123`), 400, 'INVALID_REQUEST');
    expectProblem(await asAdmin('DELETE', `${path}/users/${newUserId()}`), 404, 'OVERRIDE_NOT_FOUND');
    expectProblem(await asAdmin('DELETE', `${FLAGS}/never-made/users/${newUserId()}`), 404, 'FLAG_NOT_FOUND');
  });

  it('has one spelling, whatever the request writes', async () => {
    const path = await aFlagPath();
    const userId = guidon.ids.alice.toUpperCase();
    const put = await asAdmin('POST', `${path}/users`, { userId, overrideType: 'include' });
    expect(put).toMatchObject({ status: 201, body: { userId: guidon.ids.alice } });
    await eventually(
      () => guidon.call('GET', '/api/config/flags', { as: 'alice' }),
      ({ body }) => {
        expect(body.flags[keyOf(path)]).toBe(true);
      },
    );
    expect((await asAdmin('DELETE', `${path}/users/${userId}`)).status).toBe(204);
  });

  it('and all else that GET gave can be sent back', async () => {
    const path = await aFlagPath();
    const put = await asAdmin('POST', `${path}/users`, {
      userId: guidon.ids.bob,
      overrideType: 'exclude',
      reason: 'r',
    });
    expect(await asAdmin('POST', `${path}/users`, put.body)).toMatchObject({ status: 200, body: put.body });
    const other = { ...put.body, flagKey: 'another' };
    expect(
      expectProblem(await asAdmin('POST', `${path}/users`, other), 400, 'INVALID_REQUEST').errors?.[0]
        ?.pointer,
    ).toBe('/flagKey');
  });

  it('has a place in the environment that the request named', async () => {
    const key = `placed-${Date.now()}`;
    const flag = await asAdmin('POST', `${FLAGS}?environment=staging`, { key });
    const place = flag.headers.get('location') ?? '';
    expect(await asAdmin('GET', place)).toMatchObject({ status: 200, body: { environment: 'staging' } });
    const body = { userId: guidon.ids.bob, overrideType: 'exclude' };
    const put = await asAdmin('POST', `${FLAGS}/${key}/users?environment=staging`, body);
    expect((await asAdmin('DELETE', put.headers.get('location') ?? '')).status).toBe(204);
  });

  it('may be changed a hundred times an hour on one flag, by 200 at once, and the others are told when to come again', async () => {
    const path = await aFlagPath();
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        asAdmin('POST', `${path}/users`, { userId: newUserId(), overrideType: 'include' }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(100);
    const refused = answers.find(({ status }) => status === 429)!;
    expectProblem(refused, 429, 'RATE_LIMITED');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    const listed = await asAdmin('GET', `${FLAGS}?q=${keyOf(path)}`);
    expect(listed.body.items[0].overrideCounts).toEqual({ include: 100, exclude: 0, value: 0 });
  });
});
