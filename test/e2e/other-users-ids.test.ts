import { type RouteKey, routes } from '../../functions/routes';
import { FLAGS } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { OFREP } from '../support/ofrep';
import { type Attempt, FLAGS_OF_BOB, thingsOfBob } from '../support/things-of-bob';

let guidon: GuidonInstance;
let before: unknown;

const bob = thingsOfBob(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
  await bob.make();
  before = await bob.shown();
});
afterAll(() => bob.remove());

interface Row extends Attempt {
  readonly status: number;
  /** Of a problem, or of a failure of OFREP. */
  readonly code?: string;
}

const titled = (row: Row) => {
  const said = { ...row.headers, ...(row.body === undefined ? {} : { body: row.body }) };
  return { ...row, said: Object.keys(said).length === 0 ? 'nothing more' : JSON.stringify(said) };
};

const all = routes.flatMap(({ routes: keys, caller }) =>
  keys
    .filter((key) => key !== '$default')
    .map((key) => {
      const [method = '', path = ''] = key.split(' ');
      return { key, method, path, caller };
    }),
);

type Writing<Path extends string> = Extract<RouteKey, `${'POST' | 'PUT' | 'PATCH'} ${Path}`>;

/** What would be carried out if it were asked by who may. */
const BODIES: Readonly<
  Record<
    Writing<`/ofrep/${string}` | `/api/devices/${string}` | `/api/admin/${'users' | 'devices'}/{${string}`>,
    object
  >
> = {
  'POST /ofrep/v1/evaluate/flags/{key}': {},
  'POST /ofrep/v1/evaluate/flags': {},
  'PUT /api/devices/me/{deviceId}': { type: 'phone' },
  'PUT /api/admin/users/{userId}/devices/{deviceId}': { type: 'laptop' },
  'PATCH /api/admin/users/{userId}/feature-flags': { flags: [{ key: '{typedKey}', value: 'changed' }] },
  'PATCH /api/admin/devices/{deviceId}/feature-flags': { flags: [{ key: '{pinnedKey}', value: 'changed' }] },
  'POST /api/admin/users/{userId}/flag-overrides': { flagKey: '{pinnedKey}', value: 'changed' },
  'PATCH /api/admin/users/{userId}/flag-overrides/{flagKey}': { value: 'changed' },
};

const bodyOf = (key: string): { body?: object } => {
  const body = (BODIES as Readonly<Record<string, object>>)[key];
  return body === undefined ? {} : { body };
};

/** Headers by which a request could say who it is from. */
const HEADERS: readonly Record<string, string>[] = [
  { 'x-device-id': '{deviceId}' },
  {
    'x-user-id': '{userId}',
    'x-forwarded-user': '{userId}',
    'x-amzn-oidc-identity': '{userId}',
    cookie: 'sub={userId}; userId={userId}',
  },
];

/** Statuses of devices of somebody else, on the routes of one's own; of everything else it is 200. */
const NOT_ONES_OWN: Readonly<Record<string, number>> = {
  'GET /api/devices/me/{deviceId}': 404,
  'PUT /api/devices/me/{deviceId}': 409,
  'DELETE /api/devices/me/{deviceId}': 404,
};

const USERS = ['none', 'anyone', 'evaluator', 'user'];

/** The routes that users have, on all of the flags. */
const usersRoutes = all
  .filter(({ caller }) => USERS.includes(caller))
  .flatMap((route) =>
    route.path.includes('{key}')
      ? FLAGS_OF_BOB.map((key) => ({ ...route, path: route.path.replace('{key}', `{${key}}`) }))
      : [route],
  );

const evaluating = usersRoutes.filter(({ path }) => path.includes('flags'));

/** Routes for none, which read neither who asks nor a query, have the headers alone. */
const QUERIES = ['userId={userId}', 'deviceId={deviceId}'];

const askedByUsers: Row[] = usersRoutes.flatMap(({ key, method, path, caller }) => {
  const callers = caller === 'user' ? (['alice'] as const) : (['alice', 'nobody'] as const);
  return callers.flatMap((who): Row[] => {
    const request = { who, method, path, ...bodyOf(key) };
    return [
      ...HEADERS.map((headers) => ({ ...request, headers, status: NOT_ONES_OWN[key] ?? 200 })),
      ...(caller === 'none' ? [] : QUERIES).map((query) => ({
        ...request,
        path: `${path}?${query}`,
        status: 400,
      })),
    ];
  });
});

const context = { userId: '{userId}', sub: '{userId}', email: '{email}', deviceId: '{deviceId}' };
const inOfrep = (said: object) =>
  [OFREP, `${OFREP}/{typedKey}`].map((path) => ({ method: 'POST', path, body: said }));

const DEVICE = '/api/devices/me/{deviceId}';
const OWN = '/api/devices/me/phone-of-alice';

const saidInBodiesAndPaths: Row[] = [
  ...['{userId}', '{USERID}'].flatMap((targetingKey) =>
    inOfrep({ context: { targetingKey } }).flatMap((request): Row[] => [
      { ...request, who: 'alice', status: 403, code: 'GENERAL' },
      // has no meaning without a token
      { ...request, who: 'nobody', status: 200 },
    ]),
  ),
  ...[
    { context },
    { context: { session: context, client: context, user: context } },
    { ...context, context: {} },
  ]
    .flatMap(inOfrep)
    .flatMap((request) =>
      (['alice', 'nobody'] as const).map((who): Row => ({ ...request, who, status: 200 })),
    ),
  { who: 'alice', method: 'PUT', path: DEVICE, body: { type: 'phone', userId: '{userId}' }, status: 400 },
  { who: 'alice', method: 'PUT', path: OWN, body: { type: 'phone', userId: '{userId}' }, status: 400 },
  { who: 'alice', method: 'PUT', path: OWN, body: { type: 'phone', deviceId: '{deviceId}' }, status: 400 },
  {
    who: 'alice',
    method: 'PUT',
    path: DEVICE,
    body: { type: 'phone' },
    headers: { 'if-match': '"1"' },
    status: 409,
  },
  {
    who: 'alice',
    method: 'DELETE',
    path: DEVICE,
    headers: { 'if-match': '"1"' },
    status: 404,
    code: 'DEVICE_NOT_FOUND',
  },
  ...[
    '/api/flags/{userId}',
    '/api/users/{userId}/feature-flags',
    '/api/devices/{userId}',
    '/api/devices/{deviceId}',
  ].map((path): Row => ({ who: 'alice', method: 'GET', path, status: 404, code: 'NOT_FOUND' })),
];

/** The routes of admins that name a user or a device in their path, on what is bob's; viewers write nothing. */
const askedOfAdmins: Row[] = all
  .filter(({ path }) => path.startsWith('/api/admin/') && /\{(userId|deviceId)\}/.test(path))
  .flatMap(({ key, method, path }) =>
    (method === 'GET' ? (['alice'] as const) : (['alice', 'viewer'] as const)).map((who): Row => ({
      who,
      method,
      path,
      ...bodyOf(key),
      status: 403,
      code: 'FORBIDDEN',
    })),
  );

const OVERRIDES = `${FLAGS}/{includedKey}/users`;
const item = { flagKey: '{includedKey}', userId: '{userId}', kind: 'include' };

const saidToAdmins: Row[] = [
  // not even an admin takes it away from bob by mistake
  {
    ...{ who: 'admin', method: 'PUT', path: '/api/admin/users/{aliceId}/devices/{deviceId}' },
    ...{ body: { type: 'phone' }, status: 409, code: 'ALREADY_EXISTS' },
  },
  ...[
    '/api/admin/overrides?userId={userId}',
    '/api/admin/audit?userId={userId}',
    '/api/admin/users?q={userId}',
    '/api/admin/users?q={email}',
    '/api/admin/feature-flags/{typedKey}/user-overrides?userId={userId}',
    '/api/admin/reports/overrides',
    OVERRIDES,
    `${OVERRIDES}.csv`,
  ].map((path): Row => ({ who: 'alice', method: 'GET', path, status: 403, code: 'FORBIDDEN' })),
  {
    ...{ who: 'alice', method: 'POST', path: `${FLAGS}/{pinnedKey}/explain` },
    ...{ body: { userId: '{userId}', deviceId: '{deviceId}' }, status: 403, code: 'FORBIDDEN' },
  },
  ...(['alice', 'viewer'] as const).flatMap((who) =>
    [
      { path: OVERRIDES, body: { userId: '{userId}', overrideType: 'exclude' } },
      { path: `${OVERRIDES}/bulk`, body: { overrideType: 'exclude', userIds: ['{userId}'] } },
      { path: '/api/admin/overrides/batch', body: { action: 'remove', items: [item] } },
    ].map((request): Row => ({ ...request, who, method: 'POST', status: 403, code: 'FORBIDDEN' })),
  ),
];

const ROWS = [...askedByUsers, ...saidInBodiesAndPaths, ...askedOfAdmins, ...saidToAdmins].map(titled);

describe('what another user has', () => {
  it.each(evaluating)('is what they are given themselves: $method $path', async ({ key, method, path }) => {
    const own: Attempt = {
      who: 'bob',
      method,
      path,
      headers: { 'x-device-id': '{deviceId}' },
      ...bodyOf(key),
    };
    await eventually(
      () => bob.attempt(own),
      (answer) => {
        expect(bob.toldBy(answer, own)).toEqual(expect.arrayContaining(bob.valuesIn(path)));
        expect(answer.text).not.toContain(bob.others);
      },
    );
  });

  it.each(ROWS)('is not given to who names them: $who, $method $path with $said', async (row) => {
    const answer = await bob.attempt(row);
    const { status, code } = row;
    expect(answer).toMatchObject({ status, ...(code !== undefined && { body: { [codeField(row)]: code } }) });
    expect(bob.toldBy(answer, row)).toEqual([]);
    if (status === 200 && row.path.includes('flags')) {
      expect(answer.text.split(bob.others).length - 1).toBe(bob.valuesIn(row.path).length);
    }
    expect(answer.body?.userId ?? guidon.ids.alice).toBe(guidon.ids.alice);
  });

  it('is as it was after all of that', async () => {
    expect(await bob.shown()).toEqual(before);
  });
});

const codeField = ({ path }: Row): string => (path.startsWith(OFREP) ? 'errorCode' : 'code');
