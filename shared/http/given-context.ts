import type { JsonValue } from '../contract/primitives';
import type { Attributes, EvaluationContext } from '../evaluation/model';
import { customAttributes, groupsOf, type Identity, textOf } from './identity';

/** The evaluation context in the body of a request, as OpenFeature has it; well-formed JSON of bounded size. */
export type GivenContext = Readonly<Record<string, JsonValue>>;

type Circumstances = Pick<EvaluationContext, 'country' | 'region' | 'client' | 'session'>;

/** The field of OpenFeature that holds the user id. */
const TARGETING_KEY = 'targetingKey';

const attributesIn = (value: JsonValue | undefined): Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** What anybody may say of where they are. What is not of the right type counts as not said. */
export const circumstancesIn = (given: GivenContext): Circumstances => ({
  country: textOf(given['country']),
  region: textOf(given['region']),
  client: attributesIn(given['client']),
  session: attributesIn(given['session']),
});

/** Who the user is, as told by a caller that may speak for users. All names that are not reserved are custom attributes. */
export const identityIn = (given: GivenContext): Identity => ({
  email: textOf(given['email']),
  groups: groupsOf(given['groups']),
  userType: textOf(given['userType']),
  subscription: textOf(given['subscription']),
  custom: customAttributes(Object.entries(given).filter(([name]) => name !== TARGETING_KEY)),
});
