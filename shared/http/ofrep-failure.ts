import type { OfrepErrorCode, OfrepFailure } from '../contract/ofrep-answer';
import type { FlagError } from '../errors';
import { failureResponse } from './problem';
import type { HttpEvent } from './request';
import type { HttpResponse } from './responses';

/** By what is wrong with the first field at fault. */
const CODES: Readonly<Partial<Record<string, OfrepErrorCode>>> = {
  malformed_json: 'PARSE_ERROR',
  targeting_key_missing: 'TARGETING_KEY_MISSING',
};

const errorCodeOf = ({ code, errors }: FlagError): OfrepErrorCode => {
  const [first] = errors ?? [];
  if (code === 'FLAG_NOT_FOUND') {
    return 'FLAG_NOT_FOUND';
  }
  if (code !== 'INVALID_REQUEST' || first === undefined) {
    return 'GENERAL';
  }
  const isInBody = first.pointer === '' || first.pointer.startsWith('/');
  return CODES[first.code] ?? (isInBody ? 'INVALID_CONTEXT' : 'GENERAL');
};

export const ofrepErrorOf = (error: FlagError, key: string | undefined): OfrepFailure => ({
  ...(key !== undefined && { key }),
  errorCode: errorCodeOf(error),
  errorDetails: error.message,
});

/**
 * A failure in the words of OFREP. Official clients understand it only with `errorCode`, and, where one flag was asked
 * for, its `key`: the protocol's own body of a 500 has neither.
 */
export const ofrepFailure = (error: FlagError, event: HttpEvent): HttpResponse =>
  failureResponse(error, 'application/json', ofrepErrorOf(error, event.pathParameters?.['key']));
