import type { OfrepFailure, OfrepSuccess } from '../contract/ofrep-answer';
import { FlagError, invalidField } from '../errors';
import type { Evaluation } from '../evaluation/model';
import { ofrepErrorOf } from './ofrep-failure';
import type { Principal } from './principal';
import type { HttpEvent } from './request';

export const ofrepKeyOf = (event: HttpEvent): string => event.pathParameters?.['key'] ?? '';

const withoutUndefined = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;

const successOf = (evaluation: Evaluation): OfrepSuccess => {
  const { key, value, variant, reason, source, override, ruleId, flagVersion } = evaluation;
  const expiresAtMs = override?.expiresAtMs ?? null;
  return withoutUndefined({
    key,
    value,
    variant: variant ?? undefined,
    reason,
    metadata: withoutUndefined({
      source,
      flagVersion,
      ruleId: ruleId ?? undefined,
      overrideKind: override?.kind,
      expiresAt: expiresAtMs === null ? undefined : new Date(expiresAtMs).toISOString(),
    }),
  });
};

const missingKey = (): FlagError =>
  invalidField(
    '/context/targetingKey',
    'targeting_key_missing',
    'A percentage decides about this flag: the context needs a targetingKey.',
  );

/** Only a caller that could have named a user is told that it should have; for others the flag is off. */
const needsKey = ({ lacksUserId }: Evaluation, { isMachine }: Principal): boolean => lacksUserId && isMachine;

/** The answer about one flag. Throws `FLAG_NOT_FOUND`, or `INVALID_REQUEST` where a machine has to name a user. */
export const ofrepAnswerOf = (
  evaluation: Evaluation | undefined,
  key: string,
  principal: Principal,
): OfrepSuccess => {
  if (evaluation === undefined) {
    throw new FlagError('FLAG_NOT_FOUND', `There is no flag "${key.slice(0, 128)}" for this caller.`);
  }
  if (needsKey(evaluation, principal)) {
    throw missingKey();
  }
  return successOf(evaluation);
};

/** The answer about a flag among others. */
export const ofrepItemOf = (evaluation: Evaluation, principal: Principal): OfrepSuccess | OfrepFailure =>
  needsKey(evaluation, principal) ? ofrepErrorOf(missingKey(), evaluation.key) : successOf(evaluation);
