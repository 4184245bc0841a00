import { OfrepBulkResponseSchema, OfrepSuccessSchema } from '../../shared/contract/ofrep-answer';
import { adminOf, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { everyContainerKnows, expectFailure, OFREP, ofrepOf } from '../support/ofrep';

let guidon: GuidonInstance;
let machine: { token: string };
const { ask, makeFlag } = adminOf(() => guidon);

const { one, all } = ofrepOf(() => guidon);

const keys = { open: '', half: '', named: '', number: '', object: '', list: '' };
const expiresAt = '2999-12-31T23:59:59.000Z';

beforeAll(async () => {
  guidon = await useGuidon();
  machine = { token: await guidon.machineToken() };
  const make = async (fields: object) => keyOf(await makeFlag({ enabled: true, ...fields }));
  keys.open = await make({ visibility: 'public' });
  keys.half = await make({ visibility: 'public', rolloutPercentage: 50 });
  keys.named = await make({ type: 'string', variants: { on: 'dark', off: 'light' } });
  keys.number = await make({ type: 'number', variants: { on: 1.5, off: 0 } });
  keys.object = await make({ type: 'object', variants: { on: { a: [1, null] }, off: {} } });
  keys.list = await make({ type: 'object', variants: { on: [1, 2], off: [] } });
  const override = { userId: guidon.ids.alice, overrideType: 'exclude', expiresAt };
  await ask('POST', `/api/admin/flags/${keys.named}/users`, override);
  await eventually(
    () => one(keys.named, undefined, { as: 'alice' }),
    ({ body }) => {
      expect(body).toMatchObject({ value: 'light' });
    },
  );
  await everyContainerKnows();
});

describe('one flag', () => {
  it('is told with its variant, reason and source', async () => {
    const answer = await one(keys.open);
    expect(answer.status).toBe(200);
    expect(OfrepSuccessSchema.parse(answer.body)).toEqual({
      key: keys.open,
      value: true,
      variant: 'on',
      reason: 'STATIC',
      metadata: { source: 'default', flagVersion: 1 },
    });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  it('is told with the override that decided, and when it ends', async () => {
    expect((await one(keys.named, {}, { as: 'alice' })).body).toEqual({
      key: keys.named,
      value: 'light',
      variant: 'off',
      reason: 'TARGETING_MATCH',
      metadata: { source: 'user exclusion', flagVersion: 1, overrideKind: 'exclude', expiresAt },
    });
  });

  it.each([
    ['open', true],
    ['named', 'dark'],
    ['number', 1.5],
    ['object', { a: [1, null] }],
    ['list', [1, 2]],
  ] as const)('has a value of its own type: %s', async (name, value) => {
    expect((await one(keys[name], {}, { as: 'bob' })).body.value).toEqual(value);
  });

  it.each([
    ['no body', undefined],
    ['no context', {}],
    ['a context of null', { context: null }],
    ['fields of a later version of the protocol', { context: { targetingKey: null }, flags: ['x'] }],
  ])('takes %s for an empty context', async (_, body) => {
    const answer = await guidon.call('POST', `${OFREP}/${keys.open}`, body === undefined ? {} : { body });
    expect(answer).toMatchObject({ status: 200, body: { value: true } });
  });

  it('that is not there, or not for this caller, is not found', async () => {
    const archived = keyOf(await makeFlag({ visibility: 'public' }));
    await ask('POST', `/api/admin/flags/${archived}/archive`);
    for (const key of ['no-such-flag', 'no such flag', '-', keys.named, archived]) {
      const answer = await eventually(
        () => one(encodeURIComponent(key)),
        ({ status }) => {
          expect(status).toBe(404);
        },
      );
      expectFailure(answer, 404, 'FLAG_NOT_FOUND', key);
    }
  });

  it('is evaluated in the environment that the request names', async () => {
    const elsewhere = `${OFREP}/${keys.open}?environment=staging`;
    expectFailure(await guidon.call('POST', elsewhere), 404, 'FLAG_NOT_FOUND', keys.open);
    const headers = { 'x-environment': 'nowhere' };
    const failure = expectFailure(await one(keys.open, {}, { headers }), 400, 'GENERAL', keys.open);
    expect(failure.errorDetails).toContain('production');
  });
});

describe('callers', () => {
  it('who are users ask for themselves', async () => {
    const id = guidon.ids.alice;
    for (const targetingKey of [id, id.toUpperCase(), '', null, undefined]) {
      expect(await one(keys.named, { targetingKey }, { as: 'alice' })).toMatchObject({
        status: 200,
        body: { value: 'light' },
      });
    }
  });

  it('who are anonymous are nobody, whomever they name', async () => {
    expectFailure(
      await one(keys.named, { targetingKey: guidon.ids.alice }),
      404,
      'FLAG_NOT_FOUND',
      keys.named,
    );
    expect((await one(keys.half, { targetingKey: newUserId() })).body).toMatchObject({
      value: false,
      variant: 'off',
      reason: 'SPLIT',
    });
  });

  it('who are machines ask for anybody', async () => {
    for (const targetingKey of [guidon.ids.alice, guidon.ids.alice.toUpperCase()]) {
      expect((await one(keys.named, { targetingKey }, machine)).body).toMatchObject({ value: 'light' });
    }
    expect((await one(keys.named, { targetingKey: 'account:7' }, machine)).body).toMatchObject({
      value: 'dark',
    });
    const targetingKey = newUserId();
    const first = (await one(keys.half, { targetingKey }, machine)).body;
    expect(first).toMatchObject({ reason: 'SPLIT', metadata: { source: 'rollout' } });
    expect((await one(keys.half, { targetingKey }, machine)).body).toEqual(first);
  });

  it('who are machines need a targeting key exactly where a percentage decides', async () => {
    for (const targetingKey of [undefined, '', null]) {
      expect((await one(keys.open, { targetingKey }, machine)).status).toBe(200);
      expectFailure(await one(keys.half, { targetingKey }, machine), 400, 'TARGETING_KEY_MISSING', keys.half);
    }
    const { flags } = OfrepBulkResponseSchema.parse((await all({}, machine)).body);
    expect(flags.find(({ key }) => key === keys.half)).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
    expect(flags.find(({ key }) => key === keys.open)).toMatchObject({ value: true });
  });

  it('who are machines are told of flags that are not public, whomever they name or not', async () => {
    for (const targetingKey of [undefined, '', null]) {
      expect(await one(keys.named, { targetingKey }, machine)).toMatchObject({
        status: 200,
        body: { value: 'dark', reason: 'STATIC' },
      });
    }
    const { flags } = OfrepBulkResponseSchema.parse((await all({}, machine)).body);
    expect(flags.find(({ key }) => key === keys.named)).toMatchObject({ value: 'dark' });
  });

  it.each(['a b', 'ünïcode', 'x'.repeat(129)])(
    'who are machines name no such user: %s',
    async (targetingKey) => {
      expectFailure(await one(keys.open, { targetingKey }, machine), 400, 'INVALID_CONTEXT', keys.open);
      expectFailure(await all({ targetingKey }, machine), 400, 'INVALID_CONTEXT');
    },
  );

  it('with a token that does not count are nobody at all', async () => {
    const bad = await one(keys.open, {}, { token: `${guidon.tokens.bob}x` });
    expectFailure(bad, 401, 'GENERAL', keys.open);
    expect(bad.headers.get('www-authenticate')).toBe('Bearer');
    expectFailure(await all({}, { token: 'x' }), 401, 'GENERAL');
  });

  it('who are machines have no business with the other evaluation routes', async () => {
    for (const path of ['/api/config/flags', '/api/feature-flags', '/api/flags/me']) {
      expect((await guidon.call('GET', path, machine)).status).toBe(403);
    }
  });
});

describe('a request that cannot be understood', () => {
  const asJson = { 'content-type': 'application/json' };
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

  it.each([
    ['text that is no JSON', '{', 400, 'PARSE_ERROR'],
    ['half a text', '{"context":{"targetingKey":"a', 400, 'PARSE_ERROR'],
    ['a list', [], 400, 'INVALID_CONTEXT'],
    ['a context that is a text', { context: 'me' }, 400, 'INVALID_CONTEXT'],
    ['a context that is a list', { context: ['me'] }, 400, 'INVALID_CONTEXT'],
    ['a targeting key that is a number', { context: { targetingKey: 7 } }, 400, 'INVALID_CONTEXT'],
    ['a targeting key that is an object', { context: { targetingKey: {} } }, 400, 'INVALID_CONTEXT'],
    ['a context that is too deep', { context: nested(24) }, 400, 'INVALID_CONTEXT'],
    ['a text that is too long', { context: { session: { a: 'x'.repeat(2_049) } } }, 400, 'INVALID_CONTEXT'],
    ['a list that is too long', { context: { groups: Array(1_001).fill('x') } }, 400, 'INVALID_CONTEXT'],
    ['a prototype', '{"context":{"client":{"__proto__":{"a":1}}}}', 400, 'INVALID_CONTEXT'],
    ['half a surrogate pair', '{"context":{"client":{"a":"\\ud800"}}}', 400, 'INVALID_CONTEXT'],
    ['a body that is too large', { context: { a: Array(200).fill('x'.repeat(2_000)) } }, 413, 'GENERAL'],
  ])('because of %s says so', async (_, body, status, errorCode) => {
    const options = { body, headers: asJson };
    expectFailure(await guidon.call('POST', `${OFREP}/${keys.open}`, options), status, errorCode, keys.open);
    expectFailure(await guidon.call('POST', OFREP, options), status, errorCode);
  });

  it('because it is no JSON by its own word says so', async () => {
    const options = { body: 'context=me', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expectFailure(await guidon.call('POST', OFREP, options), 415, 'GENERAL');
  });

  it.each(['flagConfigLastModified=yesterday', 'flagConfigLastModified=-1', 'flagConfigEtag=', 'unknown=1'])(
    'because of its query says so: %s',
    async (query) => {
      expectFailure(await all({}, {}, `?${query}`), 400, 'GENERAL');
    },
  );
});

describe('all flags', () => {
  it('are those that are there for the caller, with the environment', async () => {
    const { status, body, headers } = await all({}, { as: 'alice' });
    const { flags, metadata } = OfrepBulkResponseSchema.parse(body);
    expect(status).toBe(200);
    expect(metadata).toEqual({ environment: 'production' });
    expect(flags.find(({ key }) => key === keys.named)).toMatchObject({ value: 'light', variant: 'off' });
    expect(headers.get('content-type')).toBe('application/json');
    const anonymous = OfrepBulkResponseSchema.parse((await all()).body).flags.map(({ key }) => key);
    expect(anonymous).toContain(keys.open);
    expect(anonymous).not.toContain(keys.named);
  });

  it('are sent again only when something is different for the caller', async () => {
    const mine = (ifNoneMatch: string, context = {}) =>
      all(context, { as: 'alice', headers: { 'if-none-match': ifNoneMatch } });
    // other suites change flags of theirs meanwhile
    const { tag, answer } = await eventually(
      async () => {
        const tag = (await all({}, { as: 'alice' })).headers.get('etag') ?? '';
        return { tag, answer: await mine(tag) };
      },
      ({ answer: { status } }) => {
        expect(status).toBe(304);
      },
    );
    expect(answer.headers.get('etag')).toBe(tag);
    expect(answer.text).toBe('');
    expect((await mine('"another"')).status).toBe(200);
    expect((await all({}, { as: 'bob', headers: { 'if-none-match': tag } })).status).toBe(200);
  });

  it.each([
    'flagConfigEtag=%22abc%22',
    `flagConfigLastModified=${Math.floor(Date.now() / 1_000)}`,
    'flagConfigLastModified=2026-11-21T09:30:00Z',
  ])('are as new as a change that the client was told of: %s', async (hint) => {
    const path = await makeFlag({ visibility: 'public', enabled: true });
    const valueNow = async (query: string) => {
      const { flags } = OfrepBulkResponseSchema.parse((await all({}, {}, query)).body);
      return flags.find(({ key }) => key === keyOf(path));
    };
    expect(await valueNow(`?${hint}`)).toMatchObject({ value: true });
    await ask('POST', `${path}/disable`);
    expect(await valueNow(`?${hint}`)).toMatchObject({ value: false, reason: 'DISABLED' });
  });
});
