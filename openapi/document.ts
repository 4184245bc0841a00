import { routes as rows, type Route } from '../functions/routes';
import { version } from '../package.json';
import { type DescribedRoute, describeRoute } from './describe-route';
import { JsonSchemas } from './json-schema';
import { type Operation, TAGS } from './operation';
import { operations } from './operations';
import { answerHeaders, sharedParameters } from './parameters';
import { schemas } from './schemas';

const INTRODUCTION = `Feature flags for teams on AWS, built around the single user.

Every route below \`/api/admin\` is there a second time below \`/signed\` (\`/signed/api/admin/flags\`), for requests that
are signed with AWS credentials (SigV4, service \`execute-api\`) instead of carrying a token. Body, query and answers are
the same.

Fields and query parameters that a route does not know are refused with 400.`;

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An ID token or access token of the user pool of the deployment; for OFREP also an access token of a machine.',
  },
};

const camelCase = (name: string): string =>
  name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const describedRoutes = ({ name, routes, caller }: Route): DescribedRoute[] =>
  routes
    .filter((routeKey) => routeKey !== '$default')
    .map((routeKey) => {
      const [method = '', path = ''] = routeKey.split(' ');
      const operation: Operation = operations[routeKey as keyof typeof operations];
      const id = operation.id ?? camelCase(name);
      return { method: method.toLowerCase(), path, caller, id, operation };
    });

const sorted = <Value>(entries: ReadonlyMap<string, Value>): Record<string, Value> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/** The OpenAPI document of every route of the table; throws where a description is wrong. */
export const makeDocument = (): object => {
  const json = new JsonSchemas(schemas);
  json.answer('Problem');
  const responses = new Map<string, object>();
  const paths: Record<string, Record<string, object>> = {};
  const ids = new Set<string>();
  for (const route of rows.flatMap(describedRoutes)) {
    const { method, path, id } = route;
    if (ids.has(id)) {
      throw new Error(`${method.toUpperCase()} ${path}: "${id}" is the id of another operation too`);
    }
    ids.add(id);
    const described = describeRoute(route, json);
    described.responses.forEach(({ name, response }) => responses.set(name, response));
    paths[path] = { ...paths[path], [method]: described.item };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Guidon',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: json.components(),
      responses: sorted(responses),
      parameters: sharedParameters,
      headers: answerHeaders,
      securitySchemes,
    },
  };
};
