import * as z from 'zod';
import { OverrideKindSchema, OverrideTypeSchema } from './override';
import { FlagKeySchema, JsonValueSchema, TimestampSchema } from './primitives';

/** What routes of overrides answer. No function checks it, so it is apart from what they read. */

const ofEvery = {
  reason: z.string().nullable(),
  createdBy: z.string(),
  createdAt: TimestampSchema,
  updatedBy: z.string(),
  updatedAt: TimestampSchema,
  expiresAt: TimestampSchema.nullable(),
  version: z.number().int().positive(),
};

/** An include or exclude override of one user on one flag of one environment. */
export const UserOverrideSchema = z.strictObject({
  flagKey: FlagKeySchema,
  environment: z.string(),
  userId: z.string(),
  overrideType: OverrideTypeSchema,
  /** Only where it is switched off. */
  enabled: z.literal(false).optional(),
  ...ofEvery,
});
export type UserOverride = z.infer<typeof UserOverrideSchema>;

/** An override of any kind: of a user, or of a device, whose overrides are all of kind `value`. */
export const OverrideSchema = z.strictObject({
  flagKey: FlagKeySchema,
  environment: z.string(),
  /** Null where the override is of a device. */
  userId: z.string().nullable(),
  /** Null where the override is of a user. */
  deviceId: z.string().nullable(),
  kind: OverrideKindSchema,
  /** Null where the kind is another than `value`. */
  value: JsonValueSchema.nullable(),
  enabled: z.boolean(),
  ...ofEvery,
});
export type Override = z.infer<typeof OverrideSchema>;

/** Answer of `POST /api/admin/flags/{flagKey}/users`. */
export const UserOverrideResponseSchema = z.strictObject(UserOverrideSchema.shape);
export type UserOverrideResponse = z.infer<typeof UserOverrideResponseSchema>;

/** Answer of `GET /api/admin/flags/{flagKey}/users`; both lists together hold at most `limit` entries. */
export const UserOverridesListResponseSchema = z.strictObject({
  includes: z.array(UserOverrideSchema),
  excludes: z.array(UserOverrideSchema),
  nextCursor: z.string().nullable(),
});
export type UserOverridesListResponse = z.infer<typeof UserOverridesListResponseSchema>;
