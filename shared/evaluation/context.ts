import { knownUserId } from './known-user-id';
import type { EvaluationContext } from './model';

/**
 * A caller of whom nothing is known besides what `known` says. A user id that has not the form of one is as good as
 * none.
 */
export const contextOf = (
  environment: string,
  { userId: given, ...known }: Partial<Omit<EvaluationContext, 'environment'>> = {},
): EvaluationContext => {
  const userId = knownUserId(given);
  return {
    userId,
    isSignedIn: userId !== undefined,
    email: undefined,
    groups: [],
    userType: undefined,
    subscription: undefined,
    custom: {},
    environment,
    country: undefined,
    region: undefined,
    client: {},
    session: {},
    deviceId: undefined,
    ...known,
  };
};
