import { type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { openapi, queryParametersOf } from '../support/documented';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

const PATH = '/api/openapi.json';

describe('GET /api/openapi.json', () => {
  it('gives the document to everybody, whatever the token', async () => {
    for (const options of [{}, { token: 'x' }]) {
      const { status, body, headers } = await guidon.call('GET', PATH, options);
      expect({ status, body }).toEqual({ status: 200, body: openapi });
      expect(headers.get('cache-control')).toBe('public, max-age=300');
    }
  });

  it('is 304 for who has it', async () => {
    const etag = (await guidon.call('GET', PATH)).headers.get('etag') ?? '';
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      expect(await guidon.call('GET', PATH, { headers: { 'if-none-match': tags } })).toMatchObject({
        status: 304,
        text: '',
      });
    }
    expect(await guidon.call('GET', PATH, { headers: { 'if-none-match': '"x"' } })).toMatchObject({
      status: 200,
    });
  });
});

const withQuery = Object.entries(openapi.paths)
  .flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'no-such-thing'),
      names: queryParametersOf(operation).filter((name) => name !== 'environment'),
    })),
  )
  // OFREP has words for the first fault only, its own test goes through the parameters
  .filter(({ path, names }) => names.length > 0 && !path.startsWith('/ofrep/'));

describe('the query parameters of the document', () => {
  it.each(withQuery)('are known to $method $path', async ({ method, path, names }) => {
    const query = names.map((name) => `${name}=x`).join('&');
    const { body } = await guidon.call(method, `${path}?${query}&unheard=of`, { as: 'admin' });
    const unknown = body.errors.filter(({ code }: { code: string }) => code === 'unknown_field');
    expect(unknown.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#query/unheard']);
  });
});
