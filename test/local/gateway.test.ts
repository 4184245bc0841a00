import { corsHeaders, isPreflight, preflightHeaders } from '../../local/gateway-cors';
import { claimTexts } from '../../local/gateway-authorizers';
import { createRouteFinder } from '../../local/gateway-routes';
import { readTemplate } from '../../local/template';
import { routes, signedRoutesOf } from '../../functions/routes';

const route = (routeKey: string) => ({ routeKey, functionId: routeKey, authorizer: undefined });

describe('the routes of the gateway', () => {
  const find = createRouteFinder(
    ['GET /flags', 'GET /flags/{key}', 'GET /flags/special', 'POST /flags/{key}/users', '$default'].map(
      route,
    ),
  );
  const found = (method: string, path: string) => {
    const match = find(method, path);
    return [match?.route.routeKey, match?.parameters];
  };

  it('prefer a literal part to a parameter', () => {
    expect(found('GET', '/flags/special')).toEqual(['GET /flags/special', {}]);
    expect(found('GET', '/flags/other')).toEqual(['GET /flags/{key}', { key: 'other' }]);
  });

  it('decode a parameter once', () => {
    expect(found('GET', '/flags/a%2523b')).toEqual(['GET /flags/{key}', { key: 'a%23b' }]);
    expect(found('POST', '/flags/a%2Fb/users')).toEqual(['POST /flags/{key}/users', { key: 'a/b' }]);
  });

  it('leave everything else to the default route', () => {
    for (const [method, path] of [
      ['POST', '/flags'],
      ['GET', '/flags/'],
      ['GET', '/'],
      ['OPTIONS', '/flags'],
      ['HEAD', '/flags'],
    ]) {
      expect(found(method ?? '', path ?? '')[0]).toBe('$default');
    }
    expect(createRouteFinder([])('GET', '/')).toBeUndefined();
  });
});

describe('claims', () => {
  it('are handed over as text, a list as [a b]', () => {
    expect(
      claimTexts({ sub: 'x', 'cognito:groups': ['a', 'b'], exp: 7, email_verified: true, none: [] }),
    ).toEqual({
      sub: 'x',
      'cognito:groups': '[a b]',
      exp: '7',
      email_verified: 'true',
      none: '[]',
    });
  });
});

describe('CORS', () => {
  const cors = {
    AllowOrigins: ['https://app.example.com'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['authorization'],
    ExposeHeaders: ['ETag'],
    MaxAge: 600,
    AllowCredentials: false,
  };
  const request = (headers: Record<string, string>, method = 'OPTIONS') => ({ headers, method }) as never;
  const preflight = (origin: string) => request({ origin, 'access-control-request-method': 'GET' });

  it('answers a listed origin', () => {
    expect(isPreflight(cors, preflight('https://app.example.com'))).toBe(true);
    expect(preflightHeaders(cors, preflight('https://app.example.com'))).toEqual({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-expose-headers': 'ETag',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
  });

  it.each([
    'null',
    'https://evil.com',
    'https://app.example.com.evil.com',
    'http://app.example.com',
    'https://app.example.com:8443',
  ])('gives %s nothing', (origin) => {
    expect(preflightHeaders(cors, preflight(origin))).toEqual({});
    expect(corsHeaders(cors, request({ origin }, 'GET'))).toEqual({});
  });

  it('is silent where the template configures none', () => {
    expect(corsHeaders(undefined, request({ origin: 'https://app.example.com' }, 'GET'))).toEqual({});
    expect(isPreflight(undefined, preflight('https://app.example.com'))).toBe(false);
  });
});

describe('the synthesised template', () => {
  it('says the same as the route table', () => {
    const template = readTemplate(process.env['GUIDON_ASSEMBLY_DIR'] ?? '');
    const inTable = routes.flatMap((row) => [...row.routes, ...signedRoutesOf(row)]);
    expect(template.routes.map(({ routeKey }) => routeKey).sort()).toEqual([...inTable].sort());
    expect(template.tables.map(({ input, ttlAttribute }) => [input.TableName, ttlAttribute])).toEqual([
      ['FlagTable', 'ttl'],
      ['AuditTable', undefined],
    ]);
    expect(template.mappings).toHaveLength(2);
    expect(new Set(template.mappings.map(({ tableName }) => tableName))).toEqual(new Set(['FlagTable']));
  });
});
