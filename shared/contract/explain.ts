import * as z from 'zod';
import { DeviceIdSchema } from './device';
import { GivenContextSchema } from './given-context';
import { TimestampSchema } from './primitives';
import { EvaluationResultSchema, SOURCES } from './evaluation';

/** Body of `POST /api/admin/flags/{flagKey}/explain`. Without `userId` the caller in question is anonymous. */
export const ExplainRequestSchema = z
  .strictObject({
    userId: z.string().optional(),
    deviceId: DeviceIdSchema.optional(),
    /** As in an OFREP request: `client`, `session`, `country`, `region`, and identity where the pool knows none. */
    context: GivenContextSchema,
    /** The moment in question, past or future; now if left out. */
    at: TimestampSchema.optional(),
  })
  .default({});
export type ExplainRequest = z.infer<typeof ExplainRequestSchema>;

/** What decided, from first to last; `absent` stands for flags that are not there for the caller. */
export const LAYERS = ['absent', ...SOURCES] as const;
export const LayerNameSchema = z.enum(LAYERS);
export type LayerName = z.infer<typeof LayerNameSchema>;

/** `matched`: it decided; `shadowed`: it would have, had none before it; `skipped`: it had nothing to say. */
export const LayerOutcomeSchema = z.enum(['matched', 'skipped', 'shadowed']);
export type LayerOutcome = z.infer<typeof LayerOutcomeSchema>;

export const ExplainedLayerSchema = z.strictObject({
  layer: LayerNameSchema,
  outcome: LayerOutcomeSchema,
  /** For people: the override, the rule and condition, the bucket. */
  detail: z.string(),
});
export type ExplainedLayer = z.infer<typeof ExplainedLayerSchema>;

/** Where the identity attributes came from. */
export const IdentityOriginSchema = z.enum(['pool', 'context', 'unknown']);
export type IdentityOrigin = z.infer<typeof IdentityOriginSchema>;

export const ExplainResponseSchema = z.strictObject({
  /** Null where the flag is absent for the caller; a group filter shows the off variant. */
  result: EvaluationResultSchema.nullable(),
  identity: IdentityOriginSchema,
  layers: z.array(ExplainedLayerSchema),
});
export type ExplainResponse = z.infer<typeof ExplainResponseSchema>;
