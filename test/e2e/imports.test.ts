import { adminOf, expectProblem, FLAGS, keyOf, newUserId } from '../support/admin';
import { type Answer, eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

const { ask, makeFlag } = adminOf(() => guidon);
const HEADER = 'userId,overrideType,reason,expiresAt';
const CSV = { 'content-type': 'text/csv; charset=utf-8' };

const sendCsv = (method: string, path: string, text: string): Promise<Answer> => ask(method, path, text, CSV);

const users = (count: number): string[] => Array.from({ length: count }, newUserId);
const csvOf = (userIds: readonly string[], rest = 'include,,'): string =>
  [HEADER, ...userIds.map((userId) => `${userId},${rest}`)].join('\n');

const over = async (place: string): Promise<Answer> =>
  eventually(
    () => ask('GET', place),
    ({ body }) => {
      expect(['running', 'undoing']).not.toContain(body.state);
    },
  );

/** All pages of the export. */
const exported = async (path: string): Promise<string[]> => {
  const lines: string[] = [];
  let next: string | undefined = `${path}/users.csv`;
  while (next !== undefined) {
    const { status, text, headers }: Answer = await guidon.call('GET', next, { as: 'viewer' });
    expect(status).toBe(200);
    const [header, ...rows] = text.trimEnd().split('\r\n');
    expect(header).toBe(HEADER);
    lines.push(...rows);
    next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  return lines;
};

describe('an import of many rows in three parts', () => {
  it('is worked off, seen by the users, told once, and taken back as a whole', async () => {
    const path = await makeFlag();
    const [kept, ...userIds] = [guidon.ids.bob, ...users(599)];
    await ask('POST', `${path}/users`, { userId: kept, overrideType: 'include', reason: 'before' });

    const created = await ask('POST', `${path}/imports`, { reason: 'Pilot' });
    expect(created).toMatchObject({ status: 201, body: { state: 'open', source: 'parts' } });
    const place = created.headers.get('location') ?? '';
    expect(place).toBe(`${path}/imports/${created.body.id}`);
    const all = [kept, ...userIds];
    for (const part of [1, 2, 3]) {
      const text = csvOf(all.slice((part - 1) * 200, part * 200));
      expect(await sendCsv('PUT', `${place}/parts/${part}`, text)).toMatchObject({
        status: 200,
        body: { part, rows: 200 },
      });
    }
    const dry = await ask('POST', `${place}/start?dryRun=true`);
    expect(dry).toMatchObject({ status: 202, body: { dryRun: true } });
    expect((await over(place)).body).toMatchObject({ state: 'done', added: 599, updated: 1 });

    expect(await ask('POST', `${place}/start`)).toMatchObject({ status: 202, body: { state: 'running' } });
    expect((await over(place)).body).toMatchObject({
      state: 'done',
      dryRun: false,
      progress: { rows: 600, done: 600 },
      accepted: 600,
      added: 599,
      updated: 1,
    });
    const { body } = await ask('GET', `${FLAGS}?q=${keyOf(path)}`);
    expect(body.items[0].overrideCounts.include).toBe(600);
    const lines = await exported(path);
    expect(lines).toEqual(all.map((userId) => `${userId},include,Pilot,`).sort());
    // what was exported says nothing new
    const again = await sendCsv(
      'POST',
      `${path}/users/bulk`,
      [HEADER, ...lines.slice(0, 1_000)].join('\r\n'),
    );
    expect(again).toMatchObject({ status: 200, body: { accepted: 600, rejected: [] } });
    await eventually(
      () => guidon.call('GET', '/api/flags/me', { as: 'bob' }),
      ({ body: mine }) => {
        expect(mine.flags[keyOf(path)]).toMatchObject({ value: true, source: 'user inclusion' });
      },
    );

    expect(await ask('POST', `${place}/undo`)).toMatchObject({ status: 202, body: { state: 'undoing' } });
    expect((await over(place)).body).toMatchObject({ state: 'undone', undo: { restored: 600, left: 0 } });
    expect(await exported(path)).toEqual([`${kept},include,before,`]);

    const audit = await eventually(
      () => ask('GET', `/api/admin/audit?flagKey=${keyOf(path)}`),
      ({ body: log }) => {
        const events = log.items.map(({ event }: { event: string }) => event);
        expect(events.slice(0, 2)).toEqual(['overrides.imported', 'overrides.imported']);
        expect(events).not.toContain('change.unattributed');
      },
    );
    expect(audit.body.items[1]).toMatchObject({
      actor: guidon.ids.admin,
      route: 'POST /api/admin/flags/{flagKey}/imports/{importId}/start',
      before: null,
      after: { importId: created.body.id, accepted: 600, added: 599, updated: 1 },
    });
  });

  it('is cancelled or deleted, and not there for others', async () => {
    const path = await makeFlag();
    const { body } = await ask('POST', `${path}/imports`);
    const place = `${path}/imports/${body.id}`;
    expectProblem(await ask('POST', `${place}/start`), 400, 'INVALID_REQUEST');
    expectProblem(await ask('POST', `${place}/undo`), 409, 'IN_USE');
    expectProblem(await guidon.call('DELETE', place, { as: 'viewer' }), 403, 'FORBIDDEN');
    expect(await guidon.call('GET', place, { as: 'viewer' })).toMatchObject({ status: 200 });
    expectProblem(await ask('GET', `${await makeFlag()}/imports/${body.id}`), 404, 'NOT_FOUND');
    expectProblem(await ask('GET', `${path}/imports/none`), 400, 'INVALID_REQUEST');
    expect((await ask('DELETE', place)).status).toBe(204);
    expectProblem(await ask('DELETE', place), 404, 'NOT_FOUND');
    expectProblem(await ask('POST', `${FLAGS}/no-such-flag/imports`), 404, 'FLAG_NOT_FOUND');
  });

  it('takes parts that are CSV of up to four megabytes, with a number', async () => {
    const path = await makeFlag();
    const { body } = await ask('POST', `${path}/imports`);
    const parts = `${path}/imports/${body.id}/parts`;
    const json = await ask('PUT', `${parts}/1`, { userIds: [] });
    expectProblem(json, 415, 'UNSUPPORTED_MEDIA_TYPE');
    const large = await sendCsv('PUT', `${parts}/1`, csvOf(users(10)).padEnd(4 * 1024 * 1024 + 1, '\n'));
    expectProblem(large, 413, 'PAYLOAD_TOO_LARGE');
    expectProblem(await sendCsv('PUT', `${parts}/0`, csvOf(users(1))), 400, 'INVALID_REQUEST');
    expectProblem(await sendCsv('PUT', `${parts}/1001`, csvOf(users(1))), 400, 'INVALID_REQUEST');
    const headless = expectProblem(
      await sendCsv('PUT', `${parts}/1`, `${newUserId()},include`),
      400,
      'INVALID_REQUEST',
    );
    expect(headless.errors?.map(({ code }) => code)).toContain('missing_column');
  });
});

describe('many users in one request', () => {
  it('are given as JSON or as CSV, and rows that are not possible are named', async () => {
    const path = await makeFlag();
    const [one, two] = users(2);
    const json = { overrideType: 'exclude', userIds: [one, 'nobody', two], reason: '=SUM(A1)' };
    const rejected = [{ row: 2, userId: 'nobody', code: 'invalid_user_id' }];
    const dry = await ask('POST', `${path}/users/bulk?dryRun=true`, json);
    expect(dry).toMatchObject({ status: 200, body: { accepted: 2, rejected } });
    expect(await exported(path)).toEqual([]);
    expect(await ask('POST', `${path}/users/bulk`, json)).toMatchObject({
      status: 200,
      body: { accepted: 2, rejected },
    });
    expect(await exported(path)).toEqual([one, two].map((id) => `${id},exclude,'=SUM(A1),`).sort());
    const text = `overrideType,userId\r\ninclude,${one}\r\nsometimes,${two}\r\n`;
    expect(await sendCsv('POST', `${path}/users/bulk`, text)).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: [{ row: 2, userId: two, code: 'invalid_override_type' }] },
    });
    expect(await exported(path)).toHaveLength(3);
  });

  it('are a thousand at most, as a text that is CSV', async () => {
    const path = `${await makeFlag()}/users/bulk`;
    const many = users(1_001);
    expectProblem(await sendCsv('POST', path, csvOf(many)), 413, 'PAYLOAD_TOO_LARGE');
    const json = await ask('POST', path, { overrideType: 'include', userIds: many });
    expectProblem(json, 400, 'INVALID_REQUEST');
    expectProblem(await sendCsv('POST', path, 'userId,overrideType,x\na,b,c'), 400, 'INVALID_REQUEST');
    expectProblem(await sendCsv('POST', path, 'userId\na'), 400, 'INVALID_REQUEST');
    expectProblem(await sendCsv('POST', path, ''), 400, 'INVALID_REQUEST');
    const xml = await ask('POST', path, '<x/>', { 'content-type': 'text/xml' });
    expect(expectProblem(xml, 415, 'UNSUPPORTED_MEDIA_TYPE').detail).toMatch(/application\/json.*text\/csv/);
  });

  it('are copied to another flag', async () => {
    const [from, to] = [await makeFlag(), await makeFlag()];
    const [one, two] = users(2);
    await sendCsv('POST', `${from}/users/bulk`, csvOf([String(one), String(two)], 'include,seen,'));
    const copy = await ask('POST', `${from}/users/copy`, { to: keyOf(to) });
    expect(copy).toMatchObject({
      status: 200,
      body: { flagKey: keyOf(to), copiedFrom: keyOf(from), added: 2 },
    });
    expect(await exported(to)).toEqual(await exported(from));
    expectProblem(await ask('POST', `${from}/users/copy`, { to: 'no-such-flag' }), 404, 'FLAG_NOT_FOUND');
  });
});

describe('an export', () => {
  it('has cursors of its own flag, and is there for viewers alone', async () => {
    const path = await makeFlag();
    const { headers } = await guidon.call('GET', `${path}/users.csv`, { as: 'viewer' });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expectProblem(await ask('GET', `${path}/users.csv?cursor=x`), 400, 'INVALID_REQUEST');
    expectProblem(await ask('GET', `${FLAGS}/no-such-flag/users.csv`), 404, 'FLAG_NOT_FOUND');
    expectProblem(await guidon.call('GET', `${path}/users.csv`, { as: 'bob' }), 403, 'FORBIDDEN');
  });
});
