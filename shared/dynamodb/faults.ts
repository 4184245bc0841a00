import type { CancellationReason } from '@aws-sdk/client-dynamodb';

/**
 * What a failed call means for the write it carried: `condition`: refused, nothing written; `retry`: refused for
 * load or a passing conflict, nothing written; `unknown`: it may have been written; `bug`: the call itself is wrong.
 */
export type Fault = 'condition' | 'retry' | 'unknown' | 'bug';

const LOAD_ERRORS = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionConflictException',
]);

const REFUSED = new Set([
  'ValidationException',
  'ResourceNotFoundException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'IdempotentParameterMismatchException',
  'ItemCollectionSizeLimitExceededException',
]);

/** Reasons of a cancelled transaction that pass by themselves. */
const PASSING_REASONS = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'None',
]);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

const faultOfCancellation = (reasons: readonly CancellationReason[]): Fault => {
  const codes = reasons.map((reason) => reason.Code ?? 'None');
  if (codes.includes('ConditionalCheckFailed')) {
    return 'condition';
  }
  return codes.every((code) => PASSING_REASONS.has(code)) ? 'retry' : 'bug';
};

/** The answer of a server, or none of it: a time-out, an abort, a broken connection. Anything else is our own fault. */
const isFromOutside = (error: unknown): boolean => {
  const { $metadata, code, name } = error as { $metadata?: unknown; code?: unknown; name?: unknown };
  return (
    $metadata !== undefined || typeof code === 'string' || name === 'TimeoutError' || name === 'AbortError'
  );
};

const reasonsOf = (error: unknown): readonly CancellationReason[] =>
  (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons ?? [];

export const faultOf = (error: unknown): Fault => {
  const name = nameOf(error);
  if (name === 'ConditionalCheckFailedException') {
    return 'condition';
  }
  if (name === 'TransactionCanceledException') {
    return faultOfCancellation(reasonsOf(error));
  }
  if (LOAD_ERRORS.has(name)) {
    return 'retry';
  }
  return !REFUSED.has(name) && isFromOutside(error) ? 'unknown' : 'bug';
};
