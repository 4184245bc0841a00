import type { IncomingMessage } from 'node:http';
import type { Authorizer } from './gateway-authorizers';
import { API_ID, LOCAL_ACCOUNT } from './stand-ins';

/** Payload format 2.0 of an HTTP API: what a function is given of a request. */

export interface MatchedRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Undefined where anybody may call. */
  readonly authorizer: Authorizer | undefined;
  readonly requestId: string;
}

/** Content types whose bodies are handed over as text; others come base64-encoded. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)\b)/i;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `12/Mar/2020:19:03:58 +0000`, the way of access logs. */
const logTime = (at: Date): string => {
  const [date = '', time = ''] = at.toISOString().split(/[T.]/);
  const [year, , day] = date.split('-');
  return `${day}/${MONTHS[at.getUTCMonth()]}/${year}:${time} +0000`;
};

const joinedQuery = (url: URL): Record<string, string> | undefined => {
  const names = new Set(url.searchParams.keys());
  return names.size === 0
    ? undefined
    : Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name).join(',')]));
};

/** Cookies have a place of their own in the event. */
const joinedHeaders = ({ headersDistinct, socket }: IncomingMessage): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(headersDistinct)
      .filter(([name]) => name !== 'cookie')
      .map(([name, values = []]) => [name, values.join(',')]),
  ),
  'x-forwarded-for': [...(headersDistinct['x-forwarded-for'] ?? []), socket.remoteAddress ?? ''].join(', '),
  'x-forwarded-port': String(socket.localPort),
  'x-forwarded-proto': 'http',
});

const cookiesOf = ({ headers }: IncomingMessage): string[] | undefined => headers.cookie?.split(/; */);

export const gatewayEvent = (matched: MatchedRequest): Record<string, unknown> => {
  const { request, url, body, routeKey, pathParameters, authorizer, requestId } = matched;
  const headers = joinedHeaders(request);
  const path = decodeURIComponent(url.pathname);
  const query = joinedQuery(url);
  const cookies = cookiesOf(request);
  const isText = headers['content-type'] === undefined || TEXT.test(headers['content-type']);
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: url.search.slice(1),
    ...(cookies && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: API_ID,
      domainName: url.host,
      domainPrefix: API_ID,
      ...(authorizer && { authorizer }),
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};
