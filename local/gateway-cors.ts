import type { IncomingMessage } from 'node:http';
import type { CorsSpec } from './template-schemas';

const allows = ({ AllowOrigins }: CorsSpec, origin: string): boolean =>
  AllowOrigins.some((allowed) => allowed === origin || allowed === '*');

/** What an HTTP API with this CORS configuration adds to an answer; nothing for an origin that is not listed. */
export const corsHeaders = (cors: CorsSpec | undefined, request: IncomingMessage): Record<string, string> => {
  const { origin } = request.headers;
  if (cors === undefined || origin === undefined || !allows(cors, origin)) {
    return {};
  }
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    ...(cors.ExposeHeaders.length > 0 && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
  };
};

export const isPreflight = (cors: CorsSpec | undefined, request: IncomingMessage): boolean =>
  cors !== undefined &&
  request.method === 'OPTIONS' &&
  request.headers.origin !== undefined &&
  request.headers['access-control-request-method'] !== undefined;

/** The gateway answers preflights itself. */
export const preflightHeaders = (cors: CorsSpec, request: IncomingMessage): Record<string, string> => {
  const allowed = corsHeaders(cors, request);
  return Object.keys(allowed).length === 0
    ? {}
    : {
        ...allowed,
        'access-control-allow-methods': cors.AllowMethods.join(','),
        'access-control-allow-headers': cors.AllowHeaders.join(','),
        ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
      };
};
