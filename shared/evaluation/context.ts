import type { EvaluationContext } from './model';

/** A caller of whom nothing is known besides what `known` says. */
export const contextOf = (
  environment: string,
  known: Partial<Omit<EvaluationContext, 'environment'>> = {},
): EvaluationContext => ({
  userId: undefined,
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
});
