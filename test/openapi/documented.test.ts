import { type Exchange, expectDocumented } from '../support/documented';

const anExchange = (fields: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  path: '/api/health',
  sent: { mediaType: null, body: undefined },
  status: 200,
  headers: new Headers({ 'content-type': 'application/json', 'x-request-id': 'r' }),
  text: '{ "status": "ok" }',
  ...fields,
});

const problem = (code: string, status: number) => ({
  status,
  headers: new Headers({ 'content-type': 'application/problem+json', 'x-request-id': 'r' }),
  text: JSON.stringify({ type: 't', title: 't', status, detail: 'd', instance: '/', code, requestId: 'r' }),
});

const override = {
  method: 'POST',
  path: '/api/admin/flags/a/users',
  status: 201,
  headers: new Headers({
    'content-type': 'application/json',
    'x-request-id': 'r',
    etag: '"1"',
    location: '/api/admin/flags/a/users/u',
  }),
  sent: { mediaType: 'application/json', body: '{ "userId": "u", "overrideType": "include" }' },
  text: JSON.stringify({
    flagKey: 'a',
    environment: 'production',
    userId: 'u',
    overrideType: 'include',
    reason: null,
    createdBy: 'x',
    createdAt: '2026-11-21T09:30:00.000Z',
    updatedBy: 'x',
    updatedAt: '2026-11-21T09:30:00.000Z',
    expiresAt: null,
    version: 1,
  }),
};

describe('what the end-to-end tests hold against the document', () => {
  test.each<[string, Partial<Exchange>]>([
    ['an answer', {}],
    ['an answer with a body to a request with one', override],
    ['the same at the entrance of operators', { ...override, path: `/signed${override.path}` }],
    ['a problem', { path: '/api/admin/flags/a', ...problem('FLAG_NOT_FOUND', 404) }],
    ['a path that is not there', { path: '/nowhere', ...problem('NOT_FOUND', 404) }],
  ])('lets %s pass', (_, fields) => {
    expect(() => {
      expectDocumented(anExchange(fields));
    }).not.toThrow();
  });

  test.each<[string, string, Partial<Exchange>]>([
    ['a value that the schema has not', '#/status', { text: '{ "status": "fine" }' }],
    ['a field too many', '"version" does not match', { text: '{ "status": "ok", "version": 1 }' }],
    ['a status', 'has the status 202', { status: 202 }],
    [
      'a media type',
      'body of type "text/html"',
      { headers: new Headers({ 'content-type': 'text/html', 'x-request-id': 'r' }) },
    ],
    ['no body', 'has no body', { text: '' }],
    ['a header that is missing', 'lacks the header', { path: '/api/config/flags', text: '{}' }],
    ['a route', 'does not know it', { path: '/nowhere' }],
    [
      'a code of another route',
      '#/code',
      { path: '/api/admin/flags/a', ...problem('OVERRIDE_NOT_FOUND', 404) },
    ],
    ['a query parameter', 'took the query parameter "x"', { ...override, path: `${override.path}?x=1` }],
    [
      'a body that was taken',
      'took a body that',
      { ...override, sent: { mediaType: 'application/json', body: '{ "userId": 1 }' } },
    ],
  ])('finds %s', (_, message, fields) => {
    expect(() => {
      expectDocumented(anExchange(fields));
    }).toThrow(message);
  });
});
