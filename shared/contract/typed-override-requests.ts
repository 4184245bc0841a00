import { pagingParameters, switchParameter } from './parameters';
import { AddTypedOverrideRequestSchema, UpdateTypedOverrideRequestSchema } from './typed-override';

/** What the routes of a user's typed overrides take: query parameters besides `environment`, and the body. */

export const addTypedOverrideRequest = {
  query: { checkUser: switchParameter },
  body: AddTypedOverrideRequestSchema,
};

export const listTypedOverridesRequest = { query: pagingParameters };

export const updateTypedOverrideRequest = { body: UpdateTypedOverrideRequestSchema };
