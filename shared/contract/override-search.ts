import * as z from 'zod';
import { OverrideSchema } from './override-answers';
import { OverrideKindSchema } from './override';
import { AnyUserIdSchema, FlagKeySchema, pageSchema, TimestampSchema } from './primitives';

export const OverridePageSchema = pageSchema(OverrideSchema);

/** Most overrides that one batch changes. */
const MAX_BATCH = 100;

export const OverrideActionSchema = z.enum(['enable', 'disable', 'remove', 'extend']);
export type OverrideAction = z.infer<typeof OverrideActionSchema>;

const BatchItemSchema = z.strictObject({
  flagKey: FlagKeySchema,
  userId: AnyUserIdSchema,
  kind: OverrideKindSchema,
});
export type BatchItem = z.infer<typeof BatchItemSchema>;

/** Body of `POST /api/admin/overrides/batch`. */
export const OverrideBatchRequestSchema = z
  .strictObject({
    action: OverrideActionSchema,
    expiresAt: TimestampSchema.optional(),
    items: z.array(BatchItemSchema).min(1).max(MAX_BATCH),
  })
  .superRefine(({ action, expiresAt }, context) => {
    if ((action === 'extend') !== (expiresAt !== undefined)) {
      const message = action === 'extend' ? 'required to extend' : 'only what is extended has a new end';
      context.addIssue({ code: 'custom', path: ['expiresAt'], message });
    }
  });
export type OverrideBatchRequest = z.infer<typeof OverrideBatchRequestSchema>;

export const BatchOutcomeSchema = z.enum(['changed', 'unchanged', 'gone', 'failed']);
export type BatchOutcome = z.infer<typeof BatchOutcomeSchema>;

/** Answer of `POST /api/admin/overrides/batch`. */
export const OverrideBatchResponseSchema = z.strictObject({
  /** Whether every item is as it was asked to be. */
  ok: z.boolean(),
  action: OverrideActionSchema,
  dryRun: z.boolean(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** In the order of the request. */
  results: z.array(
    z.strictObject({
      flagKey: FlagKeySchema,
      userId: z.string(),
      kind: OverrideKindSchema,
      outcome: BatchOutcomeSchema,
      /** As it is now; null where it is gone, or where nobody knows. */
      version: z.number().int().positive().nullable(),
    }),
  ),
});
export type OverrideBatchResponse = z.infer<typeof OverrideBatchResponseSchema>;

const count = z.number().int().nonnegative();

/** Answer of `GET /api/admin/reports/overrides`. */
export const OverrideReportSchema = z.strictObject({
  environment: z.string(),
  at: TimestampSchema,
  neverExpiring: z.array(OverrideSchema),
  oldest: z.array(OverrideSchema),
  expiringSoon: z.array(OverrideSchema),
  mostTargetedUsers: z.array(z.strictObject({ userId: z.string(), count })),
  mostOverriddenFlags: z.array(
    z.strictObject({
      flagKey: z.string(),
      count,
      include: count,
      exclude: count,
      value: count,
      device: count,
    }),
  ),
  totals: z.strictObject({ overrides: count, neverExpiring: count }),
  isComplete: z.boolean(),
});
export type OverrideReport = z.infer<typeof OverrideReportSchema>;
