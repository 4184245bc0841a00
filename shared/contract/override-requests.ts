import { AddUserOverrideRequestSchema, OverrideTypeSchema } from './override';
import { pagingParameters, switchParameter } from './parameters';

/** What the routes of overrides take: query parameters besides `environment`, and the body. */

export const putUserOverrideRequest = {
  query: { checkUser: switchParameter },
  body: AddUserOverrideRequestSchema,
};

export const listUserOverridesRequest = { query: pagingParameters };

export const removeUserOverrideRequest = { query: { overrideType: OverrideTypeSchema.optional() } };
