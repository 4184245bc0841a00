import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { FlagError } from '../shared/errors';
import { problemResponse } from '../shared/http/problem';
import type { Functions } from './functions';
import { Authorizers, type AuthorizersParts } from './gateway-authorizers';
import { corsHeaders, isPreflight, preflightHeaders } from './gateway-cors';
import { gatewayEvent } from './gateway-event';
import { createRouteFinder } from './gateway-routes';
import type { LocalTemplate } from './template';

/** An HTTP API takes bodies up to this size. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

interface FunctionAnswer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An answer of the gateway's own. */
const own = (status: number, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

/** What the gateway makes of a function's result: without a status it is the JSON body of a 200. */
const answerOf = (result: unknown): Answer => {
  const answer = (typeof result === 'object' && result !== null ? result : {}) as FunctionAnswer;
  if (answer.statusCode === undefined) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(result ?? null),
    };
  }
  return {
    status: answer.statusCode,
    headers: { ...answer.headers, ...(answer.cookies && { 'set-cookie': answer.cookies }) },
    body: answer.isBase64Encoded === true ? Buffer.from(answer.body ?? '', 'base64') : (answer.body ?? ''),
  };
};

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
  added: Readonly<Record<string, string>>,
): void => {
  const isBodiless = request.method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...added } as OutgoingHttpHeaders);
  response.end(isBodiless ? undefined : body);
};

/** The body, or undefined where it is larger than the gateway takes. */
const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
};

/** The address a request names; undefined where its path is not well-formed. */
const addressOf = (request: IncomingMessage): URL | undefined => {
  try {
    const url = new URL(`http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`);
    decodeURIComponent(url.pathname);
    return url;
  } catch {
    return undefined;
  }
};

export interface GatewayParts extends AuthorizersParts {
  readonly template: LocalTemplate;
  readonly functions: Functions;
  /** What the laptop shows besides the API, by path; undefined for every path of the API. */
  readonly page?: (path: string) => Answer | undefined;
  readonly log: (error: unknown) => void;
}

/** The HTTP API of the template. */
export class Gateway {
  private readonly find;
  private readonly authorizers;

  constructor(private readonly parts: GatewayParts) {
    this.find = createRouteFinder(parts.template.routes);
    this.authorizers = new Authorizers(parts);
  }

  listen(port: number): Promise<Server> {
    const server = createServer((request, response) => {
      void this.serve(request, response);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        resolve(server);
      });
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.answer(request).catch((error: unknown) => {
      this.parts.log(error);
      return own(500, 'Internal Server Error');
    });
    const added = corsHeaders(this.parts.template.cors, request);
    try {
      send(request, response, answer, added);
    } catch (error) {
      // a status or a header of a function's that HTTP does not know
      this.parts.log(error);
      send(request, response, own(500, 'Internal Server Error'), added);
    }
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { cors } = this.parts.template;
    if (cors !== undefined && isPreflight(cors, request)) {
      return { status: 204, headers: preflightHeaders(cors, request), body: '' };
    }
    const body = await readBody(request);
    if (body === undefined) {
      return own(413, 'Request Too Long');
    }
    const url = addressOf(request);
    if (url === undefined) {
      return own(400, 'Bad Request');
    }
    const page = request.method === 'GET' ? this.parts.page?.(url.pathname) : undefined;
    if (page !== undefined) {
      return page;
    }
    const found = this.find(request.method ?? 'GET', url.pathname);
    if (found === undefined) {
      return own(404, 'Not Found');
    }
    const requestId = randomUUID();
    const { route, parameters: pathParameters } = found;
    let authorizer;
    try {
      authorizer = await this.authorizers.authorize(route, { request, url, body });
    } catch (error) {
      return unauthorized(error, url.pathname, requestId);
    }
    if (authorizer === 'forbidden') {
      return own(403, 'Forbidden');
    }
    const { routeKey, functionId } = route;
    const event = gatewayEvent({ request, url, body, routeKey, pathParameters, authorizer, requestId });
    return answerOf(await this.parts.functions.invoke(functionId, event));
  }
}

/** Deployed, the gateway answers `{"message":"Unauthorized"}`; here it speaks as everything else does. */
const unauthorized = (error: unknown, path: string, requestId: string): Answer => {
  if (!(error instanceof FlagError)) {
    throw error;
  }
  const { statusCode, headers, body = '' } = problemResponse(error, { path, requestId });
  return { status: statusCode, headers: { ...headers, 'x-request-id': requestId }, body };
};
