import * as z from 'zod';
import { ImportStateSchema, RejectedRowSchema } from './import';
import { OverrideTypeSchema } from './override';
import { FlagKeySchema, TimestampSchema } from './primitives';

/** What routes of imports answer. No function checks it, so it is apart from what they read. */

const count = z.number().int().nonnegative();

/** Answer of `POST /api/admin/flags/{flagKey}/users/bulk`. */
export const BulkUserOverridesResponseSchema = z.strictObject({
  accepted: z.number().int().nonnegative(),
  rejected: z.array(RejectedRowSchema),
});
export type BulkUserOverridesResponse = z.infer<typeof BulkUserOverridesResponseSchema>;

export const ImportSchema = z.strictObject({
  id: z.uuid(),
  flagKey: FlagKeySchema,
  environment: z.string(),
  /** `parts`: what was sent part by part; `bulk`: one request; `copy`: the overrides of another flag. */
  source: z.enum(['parts', 'bulk', 'copy']),
  copiedFrom: FlagKeySchema.nullable(),
  state: ImportStateSchema,
  dryRun: z.boolean(),
  defaults: z.strictObject({
    overrideType: OverrideTypeSchema.nullable(),
    reason: z.string().nullable(),
    expiresAt: TimestampSchema.nullable(),
  }),
  parts: z.array(z.strictObject({ part: z.number().int().positive(), rows: count })),
  /** `rows` is null where it is not known before the end. */
  progress: z.strictObject({ rows: count.nullable(), done: count }),
  accepted: count,
  rejected: count,
  /** What became of the accepted rows, or would on a dry run. */
  added: count,
  updated: count,
  unchanged: count,
  /** What an undo put back, and what it left because somebody has changed it since; null without one. */
  undo: z.strictObject({ restored: count, left: count.nullable(), switchedOff: count }).nullable(),
  /** The same of a redo, which leaves as well what is over by now. */
  redo: z.strictObject({ restored: count, left: count.nullable(), switchedOff: count }).nullable(),
  /** The first rejected rows. */
  errors: z.array(RejectedRowSchema.extend({ part: z.number().int().nonnegative() })),
  /** Why it failed. */
  failure: z.string().nullable(),
  createdBy: z.string(),
  createdAt: TimestampSchema,
  startedAt: TimestampSchema.nullable(),
  finishedAt: TimestampSchema.nullable(),
  version: z.number().int().positive(),
});
export type Import = z.infer<typeof ImportSchema>;

/** Answer of `PUT /api/admin/flags/{flagKey}/imports/{importId}/parts/{part}`. */
export const ImportPartSchema = z.strictObject({ part: z.number().int().positive(), rows: count });
export type ImportPart = z.infer<typeof ImportPartSchema>;
