import * as z from 'zod';
import { AuditEventSchema } from '../../shared/contract/audit';
import {
  ConfigFlagsResponseSchema,
  FeatureFlagsResponseSchema,
  MyFlagsResponseSchema,
} from '../../shared/contract/evaluation';
import { FlagSchema, ListedFlagSchema } from '../../shared/contract/flag';
import {
  AddUserOverrideRequestSchema,
  UserOverrideResponseSchema,
  UserOverrideSchema,
  UserOverridesListResponseSchema,
} from '../../shared/contract/override';
import { pageSchema } from '../../shared/contract/primitives';
import { ProblemSchema } from '../../shared/contract/problem';
import {
  eventually,
  type GuidonInstance,
  type RequestOptions,
  startGuidon,
} from '../support/guidon-instance';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await startGuidon();
}, 90_000);
afterAll(() => guidon.stop());

const FLAGS = '/api/admin/flags';
let made = 0;

const asAdmin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  guidon.call(method, path, { as: 'admin', ...(body !== undefined && { body }), headers });

const aFlagPath = async (fields: Record<string, unknown> = {}): Promise<string> => {
  made += 1;
  const key = `made-${made}`;
  expect(await asAdmin('POST', FLAGS, { key, ...fields })).toMatchObject({ status: 201 });
  return `${FLAGS}/${key}`;
};

const aUserId = (): string => crypto.randomUUID();

const expectProblem = (
  answer: { status: number; body: unknown; headers: Headers },
  status: number,
  code: string,
) => {
  const problem = ProblemSchema.parse(answer.body);
  expect(problem).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('x-request-id')).toBe(problem.requestId);
  return problem;
};

describe('the shapes of the contract', () => {
  it('are the shapes of the answers', async () => {
    const path = await aFlagPath({ visibility: 'public', tags: ['shape'] });
    const userId = guidon.ids.alice;
    const put = await asAdmin('POST', `${path}/users`, { userId, overrideType: 'include' });
    UserOverrideResponseSchema.parse(put.body);
    UserOverridesListResponseSchema.parse((await asAdmin('GET', `${path}/users`)).body);
    z.strictObject(FlagSchema.shape).parse((await asAdmin('GET', path)).body);
    pageSchema(z.strictObject(ListedFlagSchema.shape)).parse((await asAdmin('GET', FLAGS)).body);
    ConfigFlagsResponseSchema.parse((await guidon.call('GET', '/api/config/flags')).body);
    FeatureFlagsResponseSchema.parse((await guidon.call('GET', '/api/feature-flags', { as: 'bob' })).body);
    MyFlagsResponseSchema.parse((await guidon.call('GET', '/api/flags/me', { as: 'alice' })).body);
    await eventually(
      () => asAdmin('GET', '/api/admin/audit?event=override.added'),
      ({ body }) => {
        expect(pageSchema(AuditEventSchema).parse(body).items.length).toBeGreaterThan(0);
      },
    );
  });

  it('name an override the same way in an answer and in a list', () => {
    expect(Object.keys(UserOverrideResponseSchema.shape)).toEqual(Object.keys(UserOverrideSchema.shape));
  });

  const userId = aUserId();
  it.each([
    ['the least', { userId, overrideType: 'include' }],
    ['everything', { userId, overrideType: 'exclude', reason: 'x', expiresAt: '2999-01-01T00:00:00+02:00' }],
    ['nulls', { userId, overrideType: 'exclude', reason: null, expiresAt: null }],
    ['another type', { userId, overrideType: 'value' }],
    ['no user', { overrideType: 'include' }],
    ['a user that is a number', { userId: 7, overrideType: 'include' }],
    ['a reason that is too long', { userId, overrideType: 'include', reason: 'x'.repeat(501) }],
    ['a time that is none', { userId, overrideType: 'include', expiresAt: 'tomorrow' }],
    ['an unknown field', { userId, overrideType: 'include', note: 'x' }],
    ['a list', [{ userId, overrideType: 'include' }]],
  ])('are what the server accepts of an override: %s', async (_, body) => {
    const path = await aFlagPath();
    const answer = await asAdmin('POST', `${path}/users`, body);
    if (AddUserOverrideRequestSchema.safeParse(body).success) {
      expect(answer.status).toBe(201);
    } else {
      expect(expectProblem(answer, 400, 'INVALID_REQUEST').errors?.length).toBeGreaterThan(0);
    }
  });
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
      'a schema with a pattern',
      { key: 'k', valueSchema: { properties: { a: { pattern: '(a+)+$' } } } },
      400,
      'INVALID_REQUEST',
      '/valueSchema/properties/a/pattern',
    ],
    [
      'a schema that never ends',
      { key: 'k', valueSchema: { $ref: '#' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema',
    ],
    ['rules, which are not there yet', { key: 'k', rules: [{}] }, 400, 'INVALID_REQUEST', '/rules'],
    ['groups, which are not there yet', { key: 'k', groups: ['a'] }, 400, 'INVALID_REQUEST', '/groups'],
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

describe('a flag', () => {
  it('can be put back as it was got, which changes nothing', async () => {
    const path = await aFlagPath({ rolloutPercentage: 33.333, owner: 'me' });
    const { body } = await asAdmin('GET', path);
    const put = await asAdmin('PUT', path, { ...body, version: 99, createdBy: 'somebody', killed: true });
    expect(put).toMatchObject({ status: 200, body });
  });

  it('takes its defaults where a PUT leaves fields out, and keeps them where a PATCH does', async () => {
    const path = await aFlagPath({ name: 'Name', enabled: true });
    expect((await asAdmin('PATCH', path, { owner: 'me' })).body).toMatchObject({
      name: 'Name',
      enabled: true,
      owner: 'me',
    });
    expect((await asAdmin('PUT', path, { owner: 'you' })).body).toMatchObject({
      name: null,
      enabled: false,
      owner: 'you',
    });
  });

  it('loses a field to a null only where it may', async () => {
    const path = await aFlagPath({ name: 'Name', variants: { on: true, off: false, third: true } });
    const patched = await asAdmin('PATCH', path, { name: null, variants: { third: null } });
    expect(patched.body).toMatchObject({ name: null, variants: { on: true, off: false } });
    for (const field of ['enabled', 'tags', 'rolloutPercentage', 'variants']) {
      const problem = expectProblem(await asAdmin('PATCH', path, { [field]: null }), 400, 'INVALID_REQUEST');
      expect(problem.errors?.[0]?.pointer).toBe(`/${field}`);
    }
  });

  it('keeps its key and type for life', async () => {
    const path = await aFlagPath();
    expectProblem(await asAdmin('PATCH', path, { key: 'other' }), 400, 'INVALID_REQUEST');
    expectProblem(
      await asAdmin('PUT', path, { type: 'string', variants: { on: 'a', off: 'b' } }),
      400,
      'INVALID_REQUEST',
    );
    expectProblem(await asAdmin('PUT', `${FLAGS}/never-made`, {}), 404, 'FLAG_NOT_FOUND');
  });

  it('is written only at the version that If-Match names', async () => {
    const path = await aFlagPath();
    expect((await asAdmin('PATCH', path, { owner: 'a' }, { 'if-match': '"1"' })).headers.get('etag')).toBe(
      '"2"',
    );
    for (const ifMatch of ['"1"', '"3"', 'abc', '']) {
      expectProblem(
        await asAdmin('PATCH', path, { owner: 'b' }, { 'if-match': ifMatch }),
        412,
        'VERSION_CONFLICT',
      );
    }
    for (const ifMatch of ['*', '"9", "2"']) {
      expect((await asAdmin('PATCH', path, { owner: 'a' }, { 'if-match': ifMatch })).status).toBe(200);
    }
    expectProblem(await asAdmin('DELETE', path, undefined, { 'if-match': '"1"' }), 412, 'VERSION_CONFLICT');
  });

  it('is checked and not written on a dry run', async () => {
    const key = `dry-${Date.now()}`;
    expect(await asAdmin('POST', `${FLAGS}?dryRun=true`, { key })).toMatchObject({
      status: 200,
      body: { key },
    });
    expectProblem(await asAdmin('POST', `${FLAGS}?dryRun=true`, { key, colour: 1 }), 400, 'INVALID_REQUEST');
    expectProblem(await asAdmin('GET', `${FLAGS}/${key}`), 404, 'FLAG_NOT_FOUND');
    const path = await aFlagPath();
    expect((await asAdmin('PATCH', `${path}?dryRun=true`, { owner: 'x' })).body).toMatchObject({
      owner: 'x',
      version: 2,
    });
    expect((await asAdmin('POST', `${path}/kill?dryRun=true`)).body).toMatchObject({ killed: true });
    expect((await asAdmin('DELETE', `${path}?dryRun=true`)).status).toBe(204);
    expect((await asAdmin('GET', path)).body).toMatchObject({ owner: null, killed: false, version: 1 });
  });

  it('goes through its states, each once', async () => {
    const path = await aFlagPath();
    const states = [
      ['enable', { enabled: true }],
      ['disable', { enabled: false }],
      ['archive', { state: 'archived' }],
      ['restore', { state: 'active' }],
      ['kill', { killed: true }],
      ['revive', { killed: false }],
    ] as const;
    let version = 1;
    for (const [action, fields] of states) {
      version += 1;
      const first = await asAdmin('POST', `${path}/${action}`, { reason: `because of ${action}` });
      expect(first).toMatchObject({ status: 200, body: { ...fields, version } });
      expect((await asAdmin('POST', `${path}/${action}`)).body.version).toBe(version);
    }
    await eventually(
      () => asAdmin('GET', `/api/admin/audit?flagKey=${path.split('/').at(-1)}`),
      ({ body }) => {
        expect(body.items.map((item: { event: string }) => item.event)).toEqual([
          'flag.revived',
          'flag.killed',
          'flag.restored',
          'flag.archived',
          'flag.disabled',
          'flag.enabled',
          'flag.created',
        ]);
        expect(body.items[0]).toMatchObject({
          reason: 'because of revive',
          changedKeys: ['killed'],
          values: { killed: false },
        });
      },
    );
  });

  it('lives in one environment', async () => {
    const key = `only-staging-${Date.now()}`;
    await asAdmin('POST', `${FLAGS}?environment=staging`, { key, enabled: true });
    expectProblem(await asAdmin('GET', `${FLAGS}/${key}`), 404, 'FLAG_NOT_FOUND');
    const headers = { 'x-environment': 'staging' };
    expect((await asAdmin('GET', `${FLAGS}/${key}`, undefined, headers)).body.environment).toBe('staging');
    const here: RequestOptions = { as: 'bob' };
    const evaluated = (query: string) => guidon.call('GET', `/api/config/flags${query}`, here);
    await eventually(
      () => evaluated('?environment=staging'),
      ({ body }) => {
        expect(body.flags[key]).toBe(true);
      },
    );
    expect((await evaluated('')).body.flags).not.toHaveProperty(key);
  });
});

describe('evaluation', () => {
  it('keeps from a caller what is not for them, and kills what is killed', async () => {
    const [secret, open, old, dead] = ['secret', 'open', 'old', 'dead'].map(
      (name) => `${name}-${Date.now()}`,
    );
    await asAdmin('POST', FLAGS, { key: secret, enabled: true });
    await asAdmin('POST', FLAGS, { key: open, enabled: true, visibility: 'public' });
    await asAdmin('POST', FLAGS, { key: old, enabled: true, visibility: 'public' });
    await asAdmin('POST', `${FLAGS}/${old}/archive`);
    await asAdmin('POST', FLAGS, { key: dead, enabled: true });
    await asAdmin('POST', `${FLAGS}/${dead}/users`, { userId: guidon.ids.alice, overrideType: 'include' });
    await asAdmin('POST', `${FLAGS}/${dead}/kill`);
    await eventually(
      () => guidon.call('GET', '/api/config/flags', { as: 'alice' }),
      ({ body }) => {
        expect(body.flags).toMatchObject({ [secret!]: true, [open!]: true, [dead!]: false });
        expect(body.flags).not.toHaveProperty([old!]);
      },
    );
    await eventually(
      () => guidon.call('GET', '/api/feature-flags'),
      ({ body }) => {
        const keys = body.flags.map((each: { key: string }) => each.key);
        expect(keys).toContain(open);
        expect(keys).not.toContain(secret);
        expect(keys).not.toContain(old);
      },
    );
  });

  it('answers 304 while nothing has changed for this caller', async () => {
    const path = await aFlagPath();
    const ask = (etag?: string) =>
      guidon.call('GET', '/api/config/flags', {
        as: 'bob',
        ...(etag && { headers: { 'if-none-match': etag } }),
      });
    const first = await eventually(ask, ({ body }) => {
      expect(body.flags).toHaveProperty([path.split('/').at(-1) ?? '']);
    });
    const etag = first.headers.get('etag') ?? '';
    expect(await ask(etag)).toMatchObject({ status: 304, text: '' });
    await asAdmin('POST', `${path}/enable`);
    await eventually(
      () => ask(etag),
      ({ status }) => {
        expect(status).toBe(200);
      },
    );
  });
});

describe('pages', () => {
  it('of flags hold each flag once, and their cursors fit nowhere else', async () => {
    for (let flag = 0; flag < 7; flag += 1) {
      await aFlagPath({ tags: ['paged'] });
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const query: string = cursor === '' ? '' : `&cursor=${cursor ?? ''}`;
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
    const query = `/api/admin/audit?flagKey=${path.split('/').at(-1)}&limit=4`;
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
    for (const userId of ['user-123', '', 'a b', `${aUserId()}x`]) {
      expect(expectProblem(await put(userId), 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe('/userId');
    }
    expectProblem(await put(aUserId(), '?checkUser=true'), 404, 'USER_NOT_FOUND');
    expect((await put(guidon.ids.bob, '?checkUser=true')).status).toBe(201);
    expectProblem(await asAdmin('DELETE', `${path}/users/user-123`), 400, 'INVALID_REQUEST');
    expectProblem(await asAdmin('DELETE', `${path}/users/${aUserId()}`), 404, 'OVERRIDE_NOT_FOUND');
    expectProblem(await asAdmin('DELETE', `${FLAGS}/never-made/users/${aUserId()}`), 404, 'FLAG_NOT_FOUND');
  });

  it('may be changed a hundred times an hour on one flag, then the answer says when to come again', async () => {
    const path = await aFlagPath();
    const answers = await Promise.all(
      Array.from({ length: 130 }, () =>
        asAdmin('POST', `${path}/users`, { userId: aUserId(), overrideType: 'include' }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    const refused = answers.find(({ status }) => status === 429)!;
    expectProblem(refused, 429, 'RATE_LIMITED');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    const listed = await asAdmin('GET', `${FLAGS}?q=${path.split('/').at(-1)}`);
    expect(listed.body.items[0].overrideCounts).toEqual({ include: 100, exclude: 0, value: 0 });
  });
});
