import { adminOf, expectProblem, FLAGS } from '../support/admin';
import { type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

describe('bad input', () => {
  const cases: [string, unknown, number, string, string][] = [
    ['no key', {}, 400, 'INVALID_REQUEST', '/key'],
    ['a key with a slash', { key: 'a/b' }, 400, 'INVALID_REQUEST', '/key'],
    ['a key that is too long', { key: 'k'.repeat(129) }, 400, 'INVALID_REQUEST', '/key'],
    ['an unknown field', { key: 'k', colour: 'red' }, 400, 'INVALID_REQUEST', '/colour'],
    ['an unknown type', { key: 'k', type: 'date' }, 400, 'INVALID_REQUEST', '/type'],
    [
      'a percentage over 100',
      { key: 'k', rolloutPercentage: 100.001 },
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    [
      'a percentage with four decimals',
      { key: 'k', rolloutPercentage: 0.0001 },
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    ['text without variants', { key: 'k', type: 'string' }, 400, 'INVALID_REQUEST', '/variants'],
    ['an on variant that is none', { key: 'k', onVariant: 'blue' }, 400, 'INVALID_REQUEST', '/onVariant'],
    [
      'a value of another type',
      { key: 'k', variants: { on: 1, off: false } },
      422,
      'INVALID_VALUE',
      '/variants/on',
    ],
    [
      'a value outside its schema',
      { key: 'k', type: 'number', variants: { on: 5, off: 0 }, valueSchema: { maximum: 3 } },
      422,
      'INVALID_VALUE',
      '/variants/on',
    ],
    [
      'a schema of no known type',
      { key: 'k', valueSchema: { type: 'text' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema/type',
    ],
    [
      'a broken pattern',
      { key: 'k', valueSchema: { pattern: '(' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema/pattern',
    ],
    [
      'a schema that never ends',
      { key: 'k', valueSchema: { $ref: '#' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema',
    ],
    ['a lone surrogate', '{"key":"k","name":"\\ud800"}', 400, 'INVALID_REQUEST', '/name'],
    [
      'a number beyond all numbers',
      '{"key":"k","rolloutPercentage":1e400}',
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    [
      'a prototype',
      '{"key":"k","variants":{"__proto__":true}}',
      400,
      'INVALID_REQUEST',
      '/variants/__proto__',
    ],
    ['a list', [], 400, 'INVALID_REQUEST', ''],
    ['no JSON', '{', 400, 'INVALID_REQUEST', ''],
    ['nothing', '', 400, 'INVALID_REQUEST', ''],
  ];

  it.each(cases)('of a flag is named: %s', async (_, body, status, code, pointer) => {
    const problem = expectProblem(await asAdmin('POST', FLAGS, body), status, code);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it.each([
    ['an unknown parameter', 'colour=red', '#query/colour'],
    ['a limit of none', 'limit=0', '#query/limit'],
    ['a limit over 500', 'limit=501', '#query/limit'],
    ['a limit that is no number', 'limit=ten', '#query/limit'],
    ['an unknown state', 'state=dead', '#query/state'],
    ['an unknown environment', 'environment=moon', '#query/environment'],
    ['a broken cursor', 'cursor=abc', '#query/cursor'],
  ])('in the query is named: %s', async (_, query, pointer) => {
    const problem = expectProblem(await asAdmin('GET', `${FLAGS}?${query}`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
  });

  it('in a path is named, and a path that cannot be read at all does no harm', async () => {
    const problem = expectProblem(await asAdmin('GET', `${FLAGS}/a%20b`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe('#path/flagKey');
    expect((await asAdmin('GET', `${FLAGS}/%E0%A4%A`)).status).toBe(400);
    expect((await asAdmin('GET', `${FLAGS}/a%2523b`)).status).toBe(400);
  });

  it('that is too large, too deep or of another kind is refused before it is read', async () => {
    const large = JSON.stringify({ key: 'k', description: 'x'.repeat(300_000) });
    expectProblem(await asAdmin('POST', FLAGS, large), 413, 'PAYLOAD_TOO_LARGE');
    const deep = `{"key":"k","variants":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`;
    expectProblem(await asAdmin('POST', FLAGS, deep), 400, 'INVALID_REQUEST');
    const text = await asAdmin('POST', FLAGS, '{"key":"k"}', { 'content-type': 'text/plain' });
    expectProblem(text, 415, 'UNSUPPORTED_MEDIA_TYPE');
    const big = { on: 'x'.repeat(140_000), off: '' };
    expectProblem(
      await asAdmin('POST', FLAGS, { key: 'k', type: 'string', variants: big }),
      413,
      'PAYLOAD_TOO_LARGE',
    );
  });

  it('is answered in proportion, whatever the length of what is wrong', async () => {
    const answer = await asAdmin('POST', FLAGS, { key: 'k', ['x'.repeat(100_000)]: 1 });
    expectProblem(answer, 400, 'INVALID_REQUEST');
    expect(answer.text.length).toBeLessThan(2_000);
  });

  it('of a media type is none for its spelling', async () => {
    const type = { 'content-type': 'Application/JSON; Charset=UTF-8' };
    expectProblem(await asAdmin('POST', FLAGS, '{}', type), 400, 'INVALID_REQUEST');
  });

  it('of the audit log is a beginning behind the end', async () => {
    const query = 'from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    const problem = expectProblem(await asAdmin('GET', `/api/admin/audit?${query}`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe('#query/from');
  });

  describe('of an end beyond the year 9999 in UTC', () => {
    const last = '9999-12-31T23:59:59.999Z';
    const beyond = '9999-12-31T23:59:59-05:00';
    const userId = '7d3f0c2a-5b1e-4c8d-9a6f-2e4b8c1d7f30';
    const values = `/api/admin/users/${userId}/flag-overrides`;
    const items = [{ flagKey: 'k', userId, kind: 'include' }];

    it.each<[string, string, Record<string, unknown>]>([
      ['POST', `${FLAGS}/k/users`, { userId, overrideType: 'include' }],
      ['POST', `${FLAGS}/k/users/bulk`, { userIds: [userId], overrideType: 'include' }],
      ['POST', `${FLAGS}/k/imports`, {}],
      ['POST', values, { flagKey: 'k', value: true }],
      ['PATCH', `${values}/k`, {}],
      ['POST', '/api/admin/overrides/batch', { action: 'extend', items }],
    ])('is refused by %s %s', async (method, path, body) => {
      const answer = await asAdmin(method, path, { ...body, expiresAt: beyond });
      expect(expectProblem(answer, 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe('/expiresAt');
    });

    it('is refused in queries', async () => {
      for (const [path, name] of [
        ['/api/admin/overrides', 'expiresBefore'],
        ['/api/admin/audit', 'to'],
      ] as const) {
        const answer = await asAdmin('GET', `${path}?${name}=${beyond}`);
        expect(expectProblem(answer, 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe(`#query/${name}`);
      }
    });

    it('is refused in rows, and the last moment of that year is taken', async () => {
      const flag = await makeFlag();
      const rows = [beyond, last].map((end, index) => `${userId.slice(0, -1)}${index},include,${end}`);
      const csv = ['userId,overrideType,expiresAt', ...rows].join('\n');
      const { body } = await asAdmin('POST', `${flag}/users/bulk`, csv, { 'content-type': 'text/csv' });
      expect(body).toMatchObject({ accepted: 1, rejected: [{ row: 1, code: 'invalid_expires_at' }] });
      const added = await asAdmin('POST', `${flag}/users`, {
        userId,
        overrideType: 'include',
        expiresAt: last,
      });
      expect(added.body).toMatchObject({ expiresAt: last });
    });
  });

  it('to a route that is not there is told so', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/admin/nothing?x=1'],
      ['DELETE', FLAGS],
      ['GET', `${FLAGS}/`],
    ]) {
      expectProblem(await asAdmin(method ?? '', path ?? ''), 404, 'NOT_FOUND');
    }
  });
});
