import * as z from 'zod';
import { OverrideTypeSchema } from './override';
import { pagingParameters, switchParameter } from './parameters';
import { FlagKeySchema, ReasonSchema, TimestampSchema, withoutServerOwned } from './primitives';

/** What the routes of overrides take: query parameters besides `environment`, and the body. */

/** Body of `POST /api/admin/flags/{flagKey}/users`. The form of `userId` is the deployment's `userIdFormat`. */
export const AddUserOverrideRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({
    userId: z.string(),
    overrideType: OverrideTypeSchema,
    enabled: z.boolean().optional(),
    reason: ReasonSchema.nullish(),
    expiresAt: TimestampSchema.nullish(),
    /** May repeat the flag of the path. */
    flagKey: FlagKeySchema.optional(),
  }),
);
export type AddUserOverrideRequest = z.infer<typeof AddUserOverrideRequestSchema>;

export const putUserOverrideRequest = {
  query: { checkUser: switchParameter },
  body: AddUserOverrideRequestSchema,
};

export const listUserOverridesRequest = { query: pagingParameters };

export const removeUserOverrideRequest = { query: { overrideType: OverrideTypeSchema.optional() } };
