import * as z from 'zod';
import { JsonValueSchema } from './primitives';
import { ReasonCodeSchema, SourceSchema } from './evaluation';
import { OverrideKindSchema } from './override';

/** Answers of OFREP, see `ofrep-request.ts`. */
const errorCodes = [
  'PARSE_ERROR',
  'INVALID_CONTEXT',
  'TARGETING_KEY_MISSING',
  'FLAG_NOT_FOUND',
  'GENERAL',
] as const;
export type OfrepErrorCode = (typeof errorCodes)[number];

/** Flat, of texts and numbers alone: official clients drop anything else. */
const MetadataSchema = z.strictObject({
  source: SourceSchema,
  flagVersion: z.number().int(),
  /** The targeting rule that decided, if one did. */
  ruleId: z.string().optional(),
  /** The override that decided, if one did, and when it expires, if it does. */
  overrideKind: OverrideKindSchema.optional(),
  expiresAt: z.string().optional(),
});

/** Answer of `POST /ofrep/v1/evaluate/flags/{key}`. A pinned value that is no variant has no `variant`. */
export const OfrepSuccessSchema = z.strictObject({
  key: z.string(),
  value: JsonValueSchema,
  variant: z.string().optional(),
  reason: ReasonCodeSchema,
  metadata: MetadataSchema,
});
export type OfrepSuccess = z.infer<typeof OfrepSuccessSchema>;

/** Why there is no value; also the body of every other status, without a `key` where all flags were asked for. */
export const OfrepFailureSchema = z.strictObject({
  key: z.string().optional(),
  errorCode: z.enum(errorCodes),
  errorDetails: z.string(),
});
export type OfrepFailure = z.infer<typeof OfrepFailureSchema>;

/** Answer of `POST /ofrep/v1/evaluate/flags`. */
export const OfrepBulkResponseSchema = z.strictObject({
  flags: z.array(z.union([OfrepSuccessSchema, OfrepFailureSchema])),
  metadata: z.strictObject({ environment: z.string() }),
});
export type OfrepBulkResponse = z.infer<typeof OfrepBulkResponseSchema>;
