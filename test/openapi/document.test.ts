import { type Caller, routes } from '../../functions/routes';
import { makeDocument } from '../../openapi/document';
import { schemas } from '../../openapi/schemas';
import { openapi } from '../support/documented';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];
const items = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    method,
    routeKey: `${method.toUpperCase()} ${path}`,
    operation: operation as Record<string, any>,
  })),
);
const rows = routes.flatMap(({ routes: keys, caller }) =>
  keys.filter((key) => key !== '$default').map((routeKey) => ({ routeKey, caller })),
);

const asked: Readonly<Record<Caller, unknown>> = {
  none: [],
  anyone: [{ token: [] }, {}],
  evaluator: [{ token: [] }, {}],
  user: [{ token: [] }],
  scraper: [{ token: [] }],
  viewer: [{ token: [] }],
  admin: [{ token: [] }],
};

describe('the OpenAPI document', () => {
  test('is committed as it is generated', () => {
    expect(openapi).toEqual(makeDocument());
  });

  test('has every route of the table, and no other', () => {
    expect(items.map(({ routeKey }) => routeKey).sort()).toEqual(rows.map(({ routeKey }) => routeKey).sort());
    expect(items.filter(({ method }) => !METHODS.includes(method))).toEqual([]);
  });

  test('names every operation once', () => {
    const ids = items.map(({ operation }) => String(operation['operationId']));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
  });

  test.each(rows)('asks for $routeKey what the route does of its caller', ({ routeKey, caller }) => {
    const { operation } = items.find((item) => item.routeKey === routeKey)!;
    expect(operation['security']).toEqual(asked[caller]);
    const parameters = JSON.stringify(operation['parameters'] ?? []);
    expect(parameters.includes('#/components/parameters/Environment"')).toBe(caller !== 'none');
    expect('401' in operation['responses']).toBe(caller !== 'none');
  });

  test.each(Object.entries(schemas))(
    'describes the fields that %s has',
    (name, { fields, example, schema }) => {
      const shown = (openapi.components as any).schemas[name];
      const known = Object.keys(shown.properties ?? {});
      expect(Object.keys(fields).filter((field) => !known.includes(field))).toEqual([]);
      if (example !== undefined) {
        expect(schema.safeParse(example)).toMatchObject({ success: true });
      }
    },
  );
});
