import * as z from 'zod';
import { FLAG_KEY_PATTERN, TimestampSchema, withoutServerOwned } from './primitives';
import { MAX_CONDITIONS, RULE_OPERATORS, RuleConditionSchema } from './rule';

export const SegmentKeySchema = z
  .string()
  .regex(
    FLAG_KEY_PATTERN,
    'a segment key is 1 to 128 letters, digits, ".", "_" or "-", the first a letter or digit',
  );

const definition = {
  name: z.string().max(200).nullable(),
  description: z.string().max(2000).nullable(),
  operator: z.enum(RULE_OPERATORS),
  conditions: z.array(RuleConditionSchema).min(1).max(MAX_CONDITIONS),
};

/** A rule that is kept once and used by name in the rules of any flag of its environment. */
export const SegmentSchema = z.object({
  key: SegmentKeySchema,
  environment: z.string(),
  ...definition,
  version: z.number().int().positive(),
  createdBy: z.string(),
  createdAt: TimestampSchema,
  updatedBy: z.string(),
  updatedAt: TimestampSchema,
});
export type Segment = z.infer<typeof SegmentSchema>;

const request = {
  name: definition.name.default(null),
  description: definition.description.default(null),
  operator: definition.operator.default('AND'),
  conditions: definition.conditions,
};

export const CreateSegmentRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({ key: SegmentKeySchema, ...request }),
);
export type CreateSegmentRequest = z.infer<typeof CreateSegmentRequestSchema>;

/** The key is in the path and may be repeated. */
export const ReplaceSegmentRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({ key: SegmentKeySchema.optional(), ...request }),
);
export type ReplaceSegmentRequest = z.infer<typeof ReplaceSegmentRequestSchema>;
