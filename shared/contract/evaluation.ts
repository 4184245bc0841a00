import * as z from 'zod';
import { JsonValueSchema, TimestampSchema } from './primitives';
import { OverrideKindSchema } from './override';

/** Why a value came out, in OpenFeature's words (resolution reason, spec section 1.4.7). */
export const ReasonCodeSchema = z.enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'STALE']);
export type ReasonCode = z.infer<typeof ReasonCodeSchema>;

/** The layers of the resolution order, from first to last. */
export const SOURCES = [
  'killed',
  'user exclusion',
  'device override',
  'user override',
  'user inclusion',
  'group filter',
  'disabled',
  'rule',
  'schedule',
  'rollout',
  'default',
] as const;

/** Which of them decided. */
export const SourceSchema = z.enum(SOURCES);
export type Source = z.infer<typeof SourceSchema>;

/** Answer of `GET /api/config/flags`. */
export const ConfigFlagsResponseSchema = z.strictObject({
  environment: z.string(),
  /** The ruleset version the answer was computed from. */
  version: z.number().int().nonnegative(),
  flags: z.record(z.string(), JsonValueSchema),
});
export type ConfigFlagsResponse = z.infer<typeof ConfigFlagsResponseSchema>;

/** Answer of `GET /api/feature-flags`. */
export const FeatureFlagsResponseSchema = z.strictObject({
  environment: z.string(),
  flags: z.array(
    z.strictObject({
      key: z.string(),
      value: JsonValueSchema,
      variant: z.string().nullable(),
      reason: ReasonCodeSchema,
    }),
  ),
});
export type FeatureFlagsResponse = z.infer<typeof FeatureFlagsResponseSchema>;

/** What a flag gives, and what decided; `variant` is null for a pinned value that is no variant. */
export const EvaluationResultSchema = z.strictObject({
  value: JsonValueSchema,
  variant: z.string().nullable(),
  reason: ReasonCodeSchema,
  source: SourceSchema,
  override: z.strictObject({ kind: OverrideKindSchema, expiresAt: TimestampSchema.nullable() }).nullable(),
});
export type EvaluationResult = z.infer<typeof EvaluationResultSchema>;

/** Answer of `GET /api/flags/me`. The admin's reason text is not for its subject. */
export const MyFlagsResponseSchema = z.strictObject({
  userId: z.string(),
  environment: z.string(),
  flags: z.record(z.string(), EvaluationResultSchema),
});
export type MyFlagsResponse = z.infer<typeof MyFlagsResponseSchema>;
