import * as z from 'zod';
import { OverrideTypeSchema } from './override';
import { FlagKeySchema, ReasonSchema, TimestampSchema } from './primitives';

/** Rows that are written within one request. */
export const MAX_BULK_ROWS = 1_000;
/** Bytes of a bulk request or of one part of an import, as CSV. */
export const MAX_CSV_BYTES = 4 * 1024 * 1024;
/** Rows of an import, over all of its parts. */
export const MAX_IMPORT_ROWS = 1_000_000;
export const MAX_IMPORT_PARTS = 1_000;
/** Rejected rows that an import names; it counts all of them. */
export const MAX_NAMED_REJECTIONS = 1_000;

/** Body of `POST /api/admin/flags/{flagKey}/users/bulk` as JSON. */
export const BulkUserOverridesRequestSchema = z.strictObject({
  overrideType: OverrideTypeSchema,
  userIds: z.array(z.string()).min(1).max(MAX_BULK_ROWS),
  reason: ReasonSchema.nullish(),
  expiresAt: TimestampSchema.nullish(),
});
export type BulkUserOverridesRequest = z.infer<typeof BulkUserOverridesRequestSchema>;

/** A row that was not taken, and why. */
export const RejectedRowSchema = z.strictObject({
  /** Among the rows of data of its part or body, the first is 1. */
  row: z.number().int().positive(),
  userId: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});
export type RejectedRow = z.infer<typeof RejectedRowSchema>;

export const BulkUserOverridesResponseSchema = z.strictObject({
  accepted: z.number().int().nonnegative(),
  rejected: z.array(RejectedRowSchema),
});
export type BulkUserOverridesResponse = z.infer<typeof BulkUserOverridesResponseSchema>;

/** What rows that lack it have. */
const defaults = {
  overrideType: OverrideTypeSchema.nullish(),
  reason: ReasonSchema.nullish(),
  expiresAt: TimestampSchema.nullish(),
};

/** Body of `POST /api/admin/flags/{flagKey}/imports`; it may be left out. */
export const CreateImportRequestSchema = z.strictObject(defaults).optional();
export type CreateImportRequest = z.infer<typeof CreateImportRequestSchema>;

/** Body of `POST /api/admin/flags/{flagKey}/users/copy`. */
export const CopyUserOverridesRequestSchema = z.strictObject({ to: FlagKeySchema });

export const IMPORT_STATES = ['open', 'running', 'done', 'cancelled', 'failed', 'undoing', 'undone'] as const;
export const ImportStateSchema = z.enum(IMPORT_STATES);
export type ImportState = z.infer<typeof ImportStateSchema>;

const count = z.number().int().nonnegative();

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

export const ImportIdSchema = z.uuid('an import id is a UUID').transform((id) => id.toLowerCase());

export const PartNumberSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, `a part number is a whole number from 1 to ${MAX_IMPORT_PARTS}`)
  .transform(Number)
  .pipe(z.number().max(MAX_IMPORT_PARTS));
