import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { routes } from '../../functions/routes';
import { DEMO_USERS, type DemoUser, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { audienceOf, poolTokenLike } from '../support/pool-tokens';
import { onlyOnLaptop } from '../support/targets';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

type Caller = DemoUser | 'machine' | 'nobody' | 'forger';

const CALLERS: readonly Caller[] = [...DEMO_USERS, 'machine', 'nobody', 'forger'];

/** Who is let in, by what the route table says of the route. */
const LET_IN: Readonly<Record<string, readonly Caller[]>> = {
  none: CALLERS,
  anyone: [...DEMO_USERS, 'nobody'],
  evaluator: [...DEMO_USERS, 'machine', 'nobody'],
  user: DEMO_USERS,
  viewer: ['admin', 'viewer'],
  scraper: ['admin', 'viewer', 'machine'],
  admin: ['admin'],
};

/** What a request that is no good at all is answered once its caller is let in; CSV is no JSON. */
const LET_IN_STATUSES = [200, 400, 404, 415];

/** Their token is none, so they are unauthenticated; the others are forbidden. */
const WITHOUT_IDENTITY: readonly Caller[] = ['nobody', 'forger'];

const requests = routes.flatMap(({ routes: keys, caller }) =>
  keys
    .filter((key) => key !== '$default')
    .map((key) => {
      const [method = '', path = ''] = key.split(' ');
      return { method, path: path.replaceAll(/\{\w+\}/g, 'no-such-thing'), caller };
    }),
);

const rows = requests.flatMap((request) => CALLERS.map((who) => ({ ...request, who })));

const tokenOf = async (who: Caller): Promise<{ token?: string }> => {
  if (who === 'nobody') {
    return {};
  }
  if (who === 'machine') {
    return { token: await guidon.machineToken() };
  }
  return { token: who === 'forger' ? guidon.tokens.admin.replace(/[^.]*$/, 'AAAA') : guidon.tokens[who] };
};

const statusOf = async (method: string, path: string, credentials: { token?: string }): Promise<number> => {
  const sendsBody = method !== 'GET' && method !== 'DELETE';
  const { status } = await guidon.call(method, path, {
    ...credentials,
    // not even JSON: whoever may not call learns nothing about bodies
    ...(sendsBody && { body: '{', headers: { 'content-type': 'application/json' } }),
  });
  return status;
};

describe('every route, as its row says', () => {
  it.each(rows)('$method $path for $caller answers $who', async ({ method, path, caller, who }) => {
    const status = await statusOf(method, path, await tokenOf(who));
    if (LET_IN[caller]?.includes(who) === true) {
      expect(LET_IN_STATUSES).toContain(status);
    } else {
      expect(status).toBe(WITHOUT_IDENTITY.includes(who) ? 401 : 403);
    }
  });
});

describe('a token of the admin', () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  const NO_TOKENS = {
    'that has expired': { exp: past },
    'for another client': { aud: 'another-client' },
    'of another pool': { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Another' },
    'for refreshing': { token_use: 'refresh' },
  };

  for (const [which, claims] of Object.entries(NO_TOKENS)) {
    onlyOnLaptop('key of the pool')(`${which} opens no route that reads tokens`, async () => {
      const token = poolTokenLike(guidon.tokens.admin, claims);
      for (const { method, path, caller } of requests.filter((each) => each.caller !== 'none')) {
        expect({ method, path, caller, status: await statusOf(method, path, { token }) }).toEqual({
          method,
          path,
          caller,
          status: 401,
        });
      }
    });
  }

  onlyOnLaptop('key of the pool')('opens the same routes as an access token', async () => {
    const client = audienceOf(guidon.tokens.admin);
    const access = { token_use: 'access', aud: undefined, client_id: client };
    const token = poolTokenLike(guidon.tokens.admin, access);
    for (const { method, path } of requests) {
      expect(LET_IN_STATUSES).toContain(await statusOf(method, path, { token }));
    }
  });
});

/** The admin's own claims, under the name of the pool's key, signed by somebody else or by nobody. */
const forgeries = (): string[] => {
  const [header = '', payload = '', signature = ''] = guidon.tokens.admin.split('.');
  const named = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const unsigned = `${encode({ ...named, alg: 'none' })}.${payload}`;
  const symmetric = `${encode({ ...named, alg: 'HS256' })}.${payload}`;
  return [
    `${unsigned}.`,
    `${unsigned}.${signature}`,
    `${symmetric}.${createHmac('sha256', 'secret').update(symmetric).digest('base64url')}`,
    `${header}.${payload}.${createSign('RSA-SHA256').update(`${header}.${payload}`).sign(privateKey).toString('base64url')}`,
  ];
};

describe('tokens', () => {
  it('of a stranger open nothing but the health check', async () => {
    const { admin } = guidon.tokens;
    for (const token of ['x', 'a.b.c', admin.slice(0, -5), `${admin}x`, ...forgeries()]) {
      for (const path of ['/api/config/flags', '/api/feature-flags', '/api/flags/me', '/api/admin/flags']) {
        expect((await guidon.call('GET', path, { token })).status).toBe(401);
      }
      expect((await guidon.call('GET', '/api/health', { token })).status).toBe(200);
    }
  });

  onlyOnLaptop('own 401')('say 401 in the form of every other problem', async () => {
    const { headers, body } = await guidon.call('GET', '/api/admin/flags');
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('x-request-id')).toBe(body.requestId);
    expect(body).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', instance: '/api/admin/flags' });
  });
});
