import type * as z from 'zod';
import type { Caller } from '../functions/routes';
import type { JsonSchema, JsonSchemas } from './json-schema';
import type { Answer, Operation } from './operation';
import { pathParameters, queryDescriptions } from './parameters';
import { isOfGateway, type NamedResponse, problemsOf } from './problems';

export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly caller: Caller;
  /** Name for generated clients. */
  readonly id: string;
  readonly operation: Operation;
}

/** Who is let in, for people and for programs. */
const CALLERS: Readonly<Record<Caller, { text: string; security: readonly object[] }>> = {
  none: { text: 'No token is read.', security: [] },
  anyone: { text: 'With or without a token.', security: [{ token: [] }, {}] },
  evaluator: {
    text: 'With or without a token of a user, or with that of a machine, of the scope `guidon/evaluate`.',
    security: [{ token: [] }, {}],
  },
  user: { text: 'For any signed-in user.', security: [{ token: [] }] },
  viewer: { text: 'For members of `viewer` or `admin`.', security: [{ token: [] }] },
  scraper: {
    text: 'For members of `viewer` or `admin`, and for a machine with a token of the scope `guidon/metrics`.',
    security: [{ token: [] }],
  },
  admin: { text: 'For members of `admin`.', security: [{ token: [] }] },
};

const reference = (kind: 'headers' | 'parameters' | 'responses', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});

const sharedParameter = (name: string) => reference('parameters', name);

const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

const pathParametersOf = ({ path }: DescribedRoute, json: JsonSchemas): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { schema, description } = pathParameters[name as keyof typeof pathParameters];
    return { name, in: 'path', required: true, description, schema: json.parameter(schema) };
  });

const queryParametersOf = ({ operation }: DescribedRoute, json: JsonSchemas): object[] =>
  Object.entries((operation.request?.query ?? {}) as Record<string, z.ZodType>).map(([name, schema]) => {
    const description = operation.parameters?.[name] ?? queryDescriptions[name];
    if (description === undefined) {
      throw new Error(`its query parameter "${name}" has no description`);
    }
    const required = isRequired(schema) && { required: true };
    return { name, in: 'query', ...required, description, schema: json.parameter(schema) };
  });

const bodyOf = (
  { request, mediaTypes = ['application/json'], csv }: Operation,
  json: JsonSchemas,
): object | undefined => {
  const body = request?.body;
  if (body === undefined && csv === undefined) {
    return undefined;
  }
  const schema = body && json.body(body);
  return {
    required: body === undefined || isRequired(body),
    content: {
      ...(schema && Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]))),
      ...(csv !== undefined && { 'text/csv': { schema: { type: 'string', description: csv } } }),
    },
  };
};

const contentOf = (answer: Answer, alsoOfGateway: boolean, json: JsonSchemas): Record<string, object> => {
  const mediaType = answer.mediaType ?? 'application/json';
  const own: Record<string, JsonSchema> =
    answer.body === undefined
      ? {}
      : { [mediaType]: answer.body === 'text' ? { type: 'string' } : json.answer(answer.body) };
  const gateway = json.answer('GatewayAnswer');
  const { 'application/json': asJson, ...others } = own;
  const all = alsoOfGateway
    ? { ...others, 'application/json': asJson === undefined ? gateway : { anyOf: [asJson, gateway] } }
    : own;
  return Object.fromEntries(Object.entries(all).map(([type, schema]) => [type, { schema }]));
};

const answerOf = (status: number, answer: Answer, caller: Caller, json: JsonSchemas): object => {
  const alsoOfGateway = isOfGateway(status, caller);
  const content = contentOf(answer, alsoOfGateway, json);
  const names = [...(answer.headers ?? []), 'X-Request-Id'];
  return {
    description: answer.description,
    headers: Object.fromEntries(names.map((name) => [name, reference('headers', name)])),
    ...(Object.keys(content).length > 0 && { content }),
  };
};

const NOT_MODIFIED: Answer = { description: 'The client has it already.', headers: ['ETag'] };

interface Description {
  readonly item: object;
  /** What the item refers to. */
  readonly responses: readonly NamedResponse[];
}

/** What the document says of a route. Throws with its name where the description is wrong. */
export const describeRoute = (route: DescribedRoute, json: JsonSchemas): Description => {
  try {
    return describe(route, json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${route.method.toUpperCase()} ${route.path}: ${reason}`, { cause: error });
  }
};

const describe = (route: DescribedRoute, json: JsonSchemas): Description => {
  const { caller, id, operation } = route;
  const { tag, summary, description, condition, headers = [] } = operation;
  const answers = {
    ...operation.answers,
    ...(condition === 'If-None-Match' && { 304: NOT_MODIFIED }),
  };
  const responses = problemsOf(operation, caller).filter(({ status }) => !(status in answers));
  const parameters = [
    ...pathParametersOf(route, json),
    ...queryParametersOf(route, json),
    ...(caller === 'none' ? [] : ['Environment', 'EnvironmentHeader']).map(sharedParameter),
    ...headers.map(sharedParameter),
    ...(condition === undefined ? [] : [sharedParameter(condition)]),
  ];
  const requestBody = bodyOf(operation, json);
  const item = {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, CALLERS[caller].text].filter(Boolean).join('\n\n'),
    security: CALLERS[caller].security,
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(
        ([status, answer]) => [status, answerOf(Number(status), answer, caller, json)] as const,
      ),
      ...responses.map(({ status, name }) => [String(status), reference('responses', name)] as const),
    ]),
  };
  return { item, responses };
};
