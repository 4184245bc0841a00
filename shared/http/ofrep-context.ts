import type * as z from 'zod';
import type { OfrepRequestSchema } from '../contract/ofrep-request';
import { DEVICE_ID_PATTERN } from '../contract/device';
import { spelledAsStored } from '../contract/primitives';
import { FlagError, invalidField } from '../errors';
import { contextOf } from '../evaluation/context';
import { knownUserId } from '../evaluation/known-user-id';
import type { EvaluationContext } from '../evaluation/model';
import { deviceIn, evaluationContextOf } from './evaluation-context';
import { circumstancesIn, type GivenContext, identityIn, readGivenContext } from './given-context';
import type { Request } from './request';

export type OfrepRequest = Request<unknown, z.infer<typeof OfrepRequestSchema>>;

/**
 * A machine speaks for the user it names; its own headers and token say nothing about them, but for the device, which has
 * to be that user's.
 */
const namedContext = (
  { environment, event }: OfrepRequest,
  given: GivenContext,
  targetingKey: string | undefined,
): EvaluationContext => {
  if (targetingKey !== undefined && knownUserId(targetingKey) === undefined) {
    throw invalidField(
      '/context/targetingKey',
      'invalid_user_id',
      'targetingKey: 1 to 128 letters, digits or "._@:+=-"',
    );
  }
  const userId = targetingKey && spelledAsStored(targetingKey);
  return contextOf(environment, {
    ...identityIn(given),
    ...circumstancesIn(given),
    userId,
    isSignedIn: true,
    deviceId: deviceSaid(given) ?? deviceIn(event),
  });
};

const deviceSaid = ({ deviceId }: GivenContext): string | undefined =>
  typeof deviceId === 'string' && DEVICE_ID_PATTERN.test(deviceId) ? deviceId : undefined;

/**
 * Whom an OFREP request asks for. Throws `FORBIDDEN` where a user names somebody else; whatever key an anonymous caller
 * names has no meaning.
 */
export const ofrepContextOf = (request: OfrepRequest): EvaluationContext => {
  const { principal, body } = request;
  const given = readGivenContext(body?.context);
  const targetingKey = body?.context?.targetingKey || undefined;
  if (principal.isMachine) {
    return namedContext(request, given, targetingKey);
  }
  const { userId } = principal;
  const isSomebodyElse =
    userId !== undefined &&
    targetingKey !== undefined &&
    spelledAsStored(targetingKey) !== spelledAsStored(userId);
  if (isSomebodyElse) {
    throw new FlagError(
      'FORBIDDEN',
      'A user asks for themselves: leave out targetingKey, or send your own id.',
    );
  }
  return evaluationContextOf(request, given);
};
