import type * as z from 'zod';
import type { GivenContextSchema } from '../contract/given-context';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';
import { invalidField } from '../errors';
import type { Attributes, EvaluationContext } from '../evaluation/model';
import { customAttributes, groupsOf, type Identity, textOf } from './identity';

/** What a request says of the evaluation context; well-formed JSON of bounded size. */
export type GivenContext = Readonly<Record<string, JsonValue>>;

type Circumstances = Pick<EvaluationContext, 'country' | 'region' | 'client' | 'session'>;

/** The field of OpenFeature that holds the user id. */
const TARGETING_KEY = 'targetingKey';

/** Code units of a text, and items of a list: a thousand flags with conditions on them are still decided in time. */
const MAX_TEXT = 2_048;
const MAX_LIST = 1_000;

const checkSizes = (value: JsonValue, path: readonly string[]): void => {
  if (typeof value === 'string' && value.length > MAX_TEXT) {
    throw invalidField(
      jsonPointer(path),
      'too_big',
      `a text of a context has at most ${MAX_TEXT} characters`,
    );
  }
  if (Array.isArray(value) && value.length > MAX_LIST) {
    throw invalidField(jsonPointer(path), 'too_big', `a list of a context has at most ${MAX_LIST} items`);
  }
  if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(value)) {
      checkSizes(child, [...path, name]);
    }
  }
};

/**
 * The context of a request, empty where it has none. Throws `INVALID_REQUEST` for a text or list that is too long; depth
 * and size as a whole are bounded with the body.
 */
export const readGivenContext = (context: z.infer<typeof GivenContextSchema>): GivenContext => {
  const given = (context ?? {}) as GivenContext;
  checkSizes(given, ['context']);
  return given;
};

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
