import * as z from 'zod';
import { DeviceIdSchema } from './device';
import { EvaluationResultSchema, SourceSchema } from './evaluation';
import { IdentityOriginSchema } from './explain';
import { FLAG_TYPES } from './flag';
import { OverrideKindSchema } from './override';
import { FlagKeySchema, JsonValueSchema, TimestampSchema } from './primitives';

/** What would have decided, had nothing before it. */
export const ShadowedSchema = z.strictObject({
  source: SourceSchema,
  value: JsonValueSchema,
  variant: z.string().nullable(),
  /** Null where it is no override. */
  kind: OverrideKindSchema.nullable(),
  /** Null where it has no end, or is no override. */
  expiresAt: TimestampSchema.nullable(),
});
export type Shadowed = z.infer<typeof ShadowedSchema>;

/** A flag as somebody has it. */
export const SubjectFlagSchema = z.strictObject({
  key: FlagKeySchema,
  type: z.enum(FLAG_TYPES),
  ...EvaluationResultSchema.shape,
  shadowed: z.array(ShadowedSchema),
});
export type SubjectFlag = z.infer<typeof SubjectFlagSchema>;

/** Answer of `GET /api/admin/users/{userId}/feature-flags`. */
export const UserFlagsResponseSchema = z.strictObject({
  userId: z.string(),
  environment: z.string(),
  identity: IdentityOriginSchema,
  flags: z.array(SubjectFlagSchema),
});
export type UserFlagsResponse = z.infer<typeof UserFlagsResponseSchema>;

/** Answer of `GET /api/admin/devices/{deviceId}/feature-flags`. */
export const DeviceFlagsResponseSchema = z.strictObject({
  deviceId: DeviceIdSchema,
  ...UserFlagsResponseSchema.shape,
});
export type DeviceFlagsResponse = z.infer<typeof DeviceFlagsResponseSchema>;

/** Body of a PATCH of the feature flags of a user or device; null clears, and of several for a flag the last counts. */
export const ChangeFeatureFlagsRequestSchema = z.strictObject({
  flags: z
    .array(z.strictObject({ key: FlagKeySchema, value: JsonValueSchema }))
    .min(1)
    .max(32),
});
export type ChangeFeatureFlagsRequest = z.infer<typeof ChangeFeatureFlagsRequestSchema>;

/** Answer to it: the values that are pinned now. */
export const ChangeFeatureFlagsResponseSchema = z.strictObject({
  ok: z.literal(true),
  flags: z.record(z.string(), JsonValueSchema),
});
export type ChangeFeatureFlagsResponse = z.infer<typeof ChangeFeatureFlagsResponseSchema>;
