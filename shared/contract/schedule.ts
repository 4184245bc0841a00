import * as z from 'zod';
import { TimestampSchema } from './primitives';
import { PercentageSchema, RuleSchema } from './rule';

/**
 * A planned change of a flag: from `at` on, what it names replaces what the flag says. With `until`, the percentage
 * moves evenly from what it was at `at` to `rolloutPercentage` at `until`.
 */
export const PlannedChangeSchema = z.object({
  id: z.string(),
  at: TimestampSchema,
  until: TimestampSchema.optional(),
  enabled: z.boolean().optional(),
  rolloutPercentage: PercentageSchema.optional(),
  onVariant: z.string().optional(),
  rules: z.array(RuleSchema).optional(),
});
export type PlannedChange = z.infer<typeof PlannedChangeSchema>;
