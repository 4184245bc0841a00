import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { routes } from '../../functions/routes';
import { DEMO_USERS, type DemoUser, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { onlyOnLaptop } from '../support/targets';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
}, 90_000);

type Caller = DemoUser | 'nobody' | 'forger';

const CALLERS: readonly Caller[] = [...DEMO_USERS, 'nobody', 'forger'];

/** Who is let in, by what the route table says of the route. */
const LET_IN: Readonly<Record<string, readonly Caller[]>> = {
  none: CALLERS,
  anyone: [...DEMO_USERS, 'nobody'],
  evaluator: [...DEMO_USERS, 'nobody'],
  user: DEMO_USERS,
  viewer: ['admin', 'viewer'],
  admin: ['admin'],
};

/** Their token is none, so they are unauthenticated; the others are forbidden. */
const WITHOUT_IDENTITY: readonly Caller[] = ['nobody', 'forger'];

const rows = routes.flatMap(({ routes: keys, caller }) =>
  keys
    .filter((key) => key !== '$default')
    .flatMap((key) => {
      const [method = '', path = ''] = key.split(' ');
      return CALLERS.map((who) => ({
        method,
        path: path.replaceAll(/\{\w+\}/g, 'no-such-thing'),
        caller,
        who,
      }));
    }),
);

const tokenOf = (who: Caller): { token?: string } => {
  if (who === 'nobody') {
    return {};
  }
  const [header = '', payload = ''] = guidon.tokens.admin.split('.');
  return { token: who === 'forger' ? `${header}.${payload}.AAAA` : guidon.tokens[who] };
};

describe('every route, as its row says', () => {
  it.each(rows)('$method $path for $caller answers $who', async ({ method, path, caller, who }) => {
    const sendsBody = method !== 'GET' && method !== 'DELETE';
    const { status } = await guidon.call(method, path, {
      ...tokenOf(who),
      // not even JSON: whoever may not call learns nothing about bodies
      ...(sendsBody && { body: '{', headers: { 'content-type': 'application/json' } }),
    });
    if (LET_IN[caller]?.includes(who) === true) {
      expect([200, 400, 404]).toContain(status);
    } else {
      expect(status).toBe(WITHOUT_IDENTITY.includes(who) ? 401 : 403);
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
