/** Every code a client can meet; `shared/http/problem.ts` gives each its HTTP status. */
export type FlagErrorCode =
  | 'INVALID_REQUEST'
  | 'INVALID_VALUE'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'FLAG_NOT_FOUND'
  | 'RULE_NOT_FOUND'
  | 'SEGMENT_NOT_FOUND'
  | 'OVERRIDE_NOT_FOUND'
  | 'USER_NOT_FOUND'
  | 'DEVICE_NOT_FOUND'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'IN_USE'
  | 'VERSION_CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'UNAVAILABLE';

/** One thing wrong with a request. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or `#query/<name>`, `#path/<name>`, `#header/<name>`. */
  readonly pointer: string;
  /** What kind of fault it is, in snake_case, for programs. */
  readonly code: string;
  /** The same for people. */
  readonly message: string;
}

export interface FlagErrorData {
  readonly errors?: readonly FieldError[];
  /** How long to wait before the same request makes sense again, in whole seconds. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An expected failure. Anything else that is thrown is a bug and is answered `INTERNAL`. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: FlagErrorCode,
    message: string,
    data: FlagErrorData = {},
  ) {
    super(message, { cause: data.cause });
    this.errors = data.errors;
    this.retryAfterSeconds = data.retryAfterSeconds;
  }
}

/** `INVALID_REQUEST` (400) about a single field. */
export const invalidField = (pointer: string, code: string, message: string): FlagError =>
  new FlagError('INVALID_REQUEST', message, { errors: [{ pointer, code, message }] });

/** More faults than this help nobody, and an answer has a size. */
const MAX_REPORTED = 20;

/** A request with these faults, of which there is at least one. */
export const refused = (
  code: 'INVALID_REQUEST' | 'INVALID_VALUE',
  errors: readonly FieldError[],
): FlagError => {
  const [first] = errors;
  const place = first?.pointer === '' ? 'The request' : first?.pointer;
  const message = first === undefined ? 'The request is not valid.' : `${place}: ${first.message}.`;
  return new FlagError(code, message, { errors: errors.slice(0, MAX_REPORTED) });
};

/** The store did not answer in time, or refused for load. `applied` says whether the write may have happened. */
export class StoreUnavailable extends FlagError {
  constructor(
    readonly applied: 'no' | 'unknown',
    cause: unknown,
  ) {
    super('UNAVAILABLE', 'The service cannot reach its data at the moment.', { retryAfterSeconds: 2, cause });
  }
}

/** A conditional write met a state other than the one it was decided on; nothing was written. */
export class WriteConflict extends Error {
  override readonly name = 'WriteConflict';
}

/** A record of the stream cannot be understood: trying again would not help. */
export class PoisonRecord extends Error {
  override readonly name = 'PoisonRecord';
}
