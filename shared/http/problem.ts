import { STATUS_CODES } from 'node:http';
import type { Problem } from '../contract/problem';
import type { FlagError } from '../errors';
import { type FlagErrorCode } from '../errors';
import type { HttpResponse } from './responses';

/** The one place where a code gets its status; a new code does not compile until it stands here. */
const STATUS: Readonly<Record<FlagErrorCode, number>> = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  FLAG_NOT_FOUND: 404,
  RULE_NOT_FOUND: 404,
  SEGMENT_NOT_FOUND: 404,
  OVERRIDE_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  DEVICE_NOT_FOUND: 404,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  IN_USE: 409,
  VERSION_CONFLICT: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INVALID_VALUE: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

export const statusOf = (code: FlagErrorCode): number => STATUS[code];

/** The answer to a failure, whatever its body. */
export const failureResponse = (error: FlagError, contentType: string, body: unknown): HttpResponse => ({
  statusCode: STATUS[error.code],
  headers: {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
    ...(error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
  },
  body: JSON.stringify(body),
});

/** What a client is told of a failure: problem details (RFC 9457), nothing from inside. */
export const problemResponse = (
  error: FlagError,
  request: { path: string; requestId: string },
): HttpResponse => {
  const status = STATUS[error.code];
  const problem: Problem = {
    type: `urn:guidon:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    instance: request.path,
    code: error.code,
    requestId: request.requestId,
    ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
  };
  return failureResponse(error, 'application/problem+json', problem);
};
