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

export const IMPORT_STATES = [
  'open',
  'running',
  'done',
  'cancelled',
  'failed',
  'undoing',
  'undone',
  'redoing',
] as const;
export const ImportStateSchema = z.enum(IMPORT_STATES);
export type ImportState = z.infer<typeof ImportStateSchema>;

export const ImportIdSchema = z.uuid('an import id is a UUID').transform((id) => id.toLowerCase());

export const PartNumberSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, `a part number is a whole number from 1 to ${MAX_IMPORT_PARTS}`)
  .transform(Number)
  .pipe(z.number().max(MAX_IMPORT_PARTS));
