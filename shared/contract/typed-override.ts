import * as z from 'zod';
import {
  FlagKeySchema,
  JsonValueSchema,
  ReasonSchema,
  TimestampSchema,
  withoutServerOwned,
} from './primitives';

const OverriddenValueSchema = JsonValueSchema.refine((value) => value !== null, {
  error: 'null is no value: DELETE removes the override',
});

/** What an answer says of its place; it may be repeated, and has to be the place of the request. */
const place = {
  userId: z.string().optional(),
  deviceId: z.null().optional(),
  kind: z.literal('value').optional(),
};

/** Body of `POST /api/admin/users/{userId}/flag-overrides`. */
export const AddTypedOverrideRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({
    flagKey: FlagKeySchema,
    value: OverriddenValueSchema,
    enabled: z.boolean().default(true),
    reason: ReasonSchema.nullish(),
    expiresAt: TimestampSchema.nullish(),
    ...place,
  }),
);
export type AddTypedOverrideRequest = z.infer<typeof AddTypedOverrideRequestSchema>;

/** Body of `PATCH /api/admin/users/{userId}/flag-overrides/{flagKey}`: what it leaves out stays. */
export const UpdateTypedOverrideRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({
    value: OverriddenValueSchema.optional(),
    enabled: z.boolean().optional(),
    reason: ReasonSchema.nullable().optional(),
    expiresAt: TimestampSchema.nullable().optional(),
    flagKey: FlagKeySchema.optional(),
    ...place,
  }),
);
export type UpdateTypedOverrideRequest = z.infer<typeof UpdateTypedOverrideRequestSchema>;
