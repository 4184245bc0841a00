import * as z from 'zod';

/**
 * The evaluation context in the body of a request, as OpenFeature has it; null is an empty one. Its fields are open, and
 * one of another type than it should be counts as not said.
 */
export const GivenContextSchema = z
  .looseObject({
    /** The user's id; null and the empty text are none. */
    targetingKey: z.string().nullish(),
  })
  .nullish();
