import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Functions } from '../../local/functions';
import { Gateway } from '../../local/gateway';
import type { LocalTemplate, RouteSpec } from '../../local/template';
import type { CorsSpec } from '../../local/template-schemas';

const ORIGIN = 'https://app.example.com';
const cors: CorsSpec = {
  AllowOrigins: [ORIGIN],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['authorization'],
  ExposeHeaders: ['ETag'],
  AllowCredentials: false,
  MaxAge: 3600,
};
const authorizer = { issuer: 'https://issuer.example.com/pool', audience: ['client'] };

const aRoute = (routeKey: string, rest: Partial<RouteSpec> = {}): RouteSpec => ({
  routeKey,
  functionId: routeKey,
  authorizer: undefined,
  ...rest,
});

const template = (): LocalTemplate => ({
  tables: [],
  functions: new Map(),
  routes: [
    aRoute('POST /echo/{name}'),
    aRoute('GET /private', { authorizer }),
    aRoute('GET /signed', { needsSignature: true }),
    aRoute('$default'),
  ],
  cors,
  mappings: [],
  clients: [],
  groups: [],
  policies: new Map(),
});

let server: Server;
let url: string;
let events: any[];
let result: unknown;

beforeAll(async () => {
  const functions = {
    invoke: async (_id: string, event: unknown) => {
      events.push(event);
      if (result instanceof Error) {
        throw result;
      }
      return result;
    },
  } as unknown as Functions;
  const gateway = new Gateway({
    template: template(),
    functions,
    jwksUri: 'http://127.0.0.1:1/',
    operators: [],
    log: () => undefined,
  });
  server = await gateway.listen(0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  events = [];
  result = { statusCode: 200, body: 'ok' };
});

/** Without what fetch does to a path. */
const rawStatus = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    httpRequest(`${url}/`, { path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('the event a function is given', () => {
  it('follows payload format 2.0', async () => {
    await fetch(`${url}/echo/a%20b?x=1&x=2&y=c%20d`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: 'k=v; l=m',
        'X-Name': 'value',
        'user-agent': 'test',
      },
      body: '{"a":"ä"}',
    });
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: 'POST /echo/{name}',
        rawPath: '/echo/a b',
        rawQueryString: 'x=1&x=2&y=c%20d',
        cookies: ['k=v', 'l=m'],
        headers: { 'x-name': 'value', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
        queryStringParameters: { x: '1,2', y: 'c d' },
        pathParameters: { name: 'a b' },
        requestContext: {
          http: { method: 'POST', path: '/echo/a b', sourceIp: '127.0.0.1', userAgent: 'test' },
          routeKey: 'POST /echo/{name}',
          stage: '$default',
          time: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
          timeEpoch: expect.any(Number),
        },
        body: '{"a":"ä"}',
        isBase64Encoded: false,
      },
    ]);
    expect(events[0].headers).not.toHaveProperty('cookie');
  });

  it('leaves out what a request does not have', async () => {
    await fetch(`${url}/`);
    expect(events[0]).not.toHaveProperty('queryStringParameters');
    expect(events[0]).not.toHaveProperty('pathParameters');
    expect(events[0]).not.toHaveProperty('cookies');
    expect(events[0]).not.toHaveProperty('body');
  });

  it.each([
    ['application/json; charset=utf-8', false],
    ['text/csv', false],
    ['application/merge-patch+json', true],
    ['application/octet-stream', true],
  ])('has a body of type %s encoded: %s', async (type, isBase64Encoded) => {
    await fetch(`${url}/echo/x`, { method: 'POST', headers: { 'content-type': type }, body: 'abc' });
    expect(events[0]).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? 'YWJj' : 'abc' });
  });
});

describe('the answer', () => {
  it('has status, headers and one header per cookie of the result', async () => {
    result = {
      statusCode: 201,
      headers: { 'x-a': 'b' },
      cookies: ['a=1', 'b=2'],
      body: 'YQ==',
      isBase64Encoded: true,
    };
    const response = await fetch(url);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-a')).toBe('b');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('a');
  });

  it('is a JSON 200 where the result has no status', async () => {
    result = { hello: 'world' };
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ hello: 'world' });
  });

  it.each([
    ['throws', new Error('boom')],
    ['gives a header that HTTP does not know', { statusCode: 200, headers: { 'x-a': 'a\nb' } }],
    ['gives a status that HTTP does not know', { statusCode: 99_999 }],
  ])('is a 500 without a reason where the function %s, and the next one is served', async (_what, bad) => {
    result = bad;
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
    result = { statusCode: 204 };
    expect((await fetch(url)).status).toBe(204);
  });

  it.each(['/%zz', '/echo/%E0%A4', '/%'])('is a 400 for the malformed path %s', async (path) => {
    expect(await rawStatus(path)).toBe(400);
    expect(events).toEqual([]);
  });

  it('is a 413 for a body over 10 MB', async () => {
    const response = await fetch(`${url}/echo/x`, {
      method: 'POST',
      body: Buffer.alloc(10 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: 'Request Too Long' });
    expect(events).toEqual([]);
  });

  it.each([undefined, 'Bearer not.a.token', 'Basic abc'])(
    'is a 401 problem for the authorization %s',
    async (value) => {
      const response = await fetch(
        `${url}/private`,
        value === undefined ? {} : { headers: { authorization: value } },
      );
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      const problem = (await response.json()) as { requestId: string };
      expect(problem).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, instance: '/private' });
      expect(response.headers.get('x-request-id')).toBe(problem.requestId);
      expect(events).toEqual([]);
    },
  );

  it('is a 403 where AWS credentials are asked for, which cannot be checked here', async () => {
    expect((await fetch(`${url}/signed`)).status).toBe(403);
    expect(events).toEqual([]);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/x`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });

  it('answers a preflight of a listed origin without asking a function', async () => {
    const response = await preflight(ORIGIN);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,POST');
    expect(response.headers.get('access-control-max-age')).toBe('3600');
    expect(events).toEqual([]);
  });

  it('allows another origin nothing', async () => {
    const [asked, called] = [
      await preflight('https://evil.example.com'),
      await fetch(url, { headers: { origin: 'null' } }),
    ];
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(called.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('adds its headers to what functions answer', async () => {
    const response = await fetch(url, { headers: { origin: ORIGIN } });
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-expose-headers')).toBe('ETag');
  });
});
