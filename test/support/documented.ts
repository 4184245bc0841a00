import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { SIGNED_PREFIX } from '../../shared/http/signed-caller';

/** Holds what is asked and answered against the OpenAPI document, so that every end-to-end test is a test of it too. */

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
}
type Content = Readonly<Record<string, { readonly schema: object }>>;
interface Response {
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Content;
}
interface Operation {
  readonly parameters?: readonly object[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, object>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

export const openapi = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'),
) as Document;

/** The part itself, or what it refers to. */
const resolved = (part: object): any => {
  const { $ref } = part as { $ref?: string };
  return $ref === undefined
    ? part
    : $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((place, name) => (place as Record<string, unknown>)[name], openapi);
};

interface Documented {
  readonly name: string;
  readonly path: RegExp;
  readonly parameters: number;
  readonly method: string;
  readonly operation: Operation;
}

const documented: readonly Documented[] = Object.entries(openapi.paths)
  .flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      parameters: path.split('{').length,
      method: method.toUpperCase(),
      operation,
    })),
  )
  // as the gateway: a path that is spelled out comes before one with a parameter
  .sort((a, b) => a.parameters - b.parameters);

const validators = new Map<object, Validator>();

const faultsOf = (schema: object, value: unknown): string[] => {
  const validator =
    validators.get(schema) ?? new Validator({ ...schema, components: openapi.components }, '2020-12');
  validators.set(schema, validator);
  return validator
    .validate(value)
    .errors.map(({ error, instanceLocation }) => `${instanceLocation}: ${error}`);
};

const mediaTypeOf = (header: string | null): string => (header ?? '').split(';')[0]?.trim() ?? '';

const parse = (text: string, mediaType: string): unknown =>
  mediaType.includes('json') ? JSON.parse(text) : text;

const contentFaults = (content: Content | undefined, mediaType: string, text: string): string[] => {
  if (text === '') {
    return content === undefined ? [] : ['has no body'];
  }
  const described = content?.[mediaType];
  return described === undefined
    ? [`has a body of type "${mediaType}"`]
    : faultsOf(described.schema, parse(text, mediaType));
};

export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly sent: { readonly mediaType: string | null; readonly body: string | undefined };
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A body that only the gateway gives: it has no request id of ours. */
const isOfGateway = ({ headers }: Exchange): boolean => headers.get('x-request-id') === null;

export const queryParametersOf = ({ parameters = [] }: Operation): string[] =>
  parameters
    .map((parameter) => resolved(parameter) as Parameter)
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name);

const requestFaults = ({ path, sent }: Exchange, operation: Operation): string[] => {
  const known = new Set(queryParametersOf(operation));
  const query = [...new URL(path, 'http://localhost').searchParams.keys()];
  const { requestBody } = operation;
  return [
    ...query.filter((name) => !known.has(name)).map((name) => `took the query parameter "${name}"`),
    ...(sent.body === undefined || sent.body === '' || requestBody === undefined
      ? []
      : contentFaults(requestBody.content, mediaTypeOf(sent.mediaType), sent.body).map(
          (fault) => `took a body that ${fault}`,
        )),
  ];
};

const headerFaults = (exchange: Exchange, response: Response): string[] => {
  const required = Object.entries(response.headers ?? {})
    .filter(([, header]) => resolved(header).required === true)
    .map(([name]) => name);
  return [...required, ...(isOfGateway(exchange) ? [] : ['X-Request-Id'])]
    .filter((name) => !exchange.headers.has(name))
    .map((name) => `lacks the header ${name}`);
};

const faultsOfExchange = (exchange: Exchange, { operation }: Documented): string[] => {
  const response = operation.responses[String(exchange.status)];
  if (response === undefined) {
    return [`has the status ${String(exchange.status)}`];
  }
  const described: Response = resolved(response);
  return [
    ...headerFaults(exchange, described),
    ...contentFaults(described.content, mediaTypeOf(exchange.headers.get('content-type')), exchange.text),
    ...(exchange.status < 300 ? requestFaults(exchange, operation) : []),
  ];
};

const isDecodable = (path: string): boolean => {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
};

const find = (method: string, path: string): Documented | undefined =>
  isDecodable(path) ? documented.find((each) => each.method === method && each.path.test(path)) : undefined;

/** Throws where the document says otherwise of this request and its answer. What it does not know is answered 4xx. */
export const expectDocumented = (exchange: Exchange): void => {
  const { method, status } = exchange;
  const { pathname } = new URL(exchange.path, 'http://localhost');
  const isSigned = pathname.startsWith(`${SIGNED_PREFIX}/api/admin/`);
  if (isSigned && status === 403 && isOfGateway(exchange)) {
    return;
  }
  const found = find(method, isSigned ? pathname.slice(SIGNED_PREFIX.length) : pathname);
  if (found === undefined) {
    if (status < 400) {
      throw new Error(`${method} ${pathname} answered ${String(status)}, and the document does not know it.`);
    }
    return;
  }
  const faults = faultsOfExchange(exchange, found);
  if (faults.length > 0) {
    throw new Error(
      `Not as documented, ${found.name} ${String(status)}: ${faults.join('; ')}\n${exchange.text}`,
    );
  }
};
