import * as z from 'zod';
import { OverrideKindSchema } from './override';
import { OverrideBatchRequestSchema } from './override-search';
import { pagingParameters, switchParameter } from './parameters';
import { AnyUserIdSchema, FlagKeySchema, spelledAsStored, TimestampSchema } from './primitives';

/** What the routes over many overrides take: query parameters besides `environment`, and the body. */

const userId = AnyUserIdSchema.transform(spelledAsStored).optional();

export const listFlagOverridesRequest = { query: { ...pagingParameters, userId } };

export const listOverridesRequest = {
  query: {
    ...pagingParameters,
    q: z.string().max(200).optional(),
    flagKey: FlagKeySchema.optional(),
    userId,
    kind: OverrideKindSchema.optional(),
    expiresBefore: TimestampSchema.optional(),
    enabled: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
  },
};

export const changeOverridesRequest = {
  query: { dryRun: switchParameter },
  body: OverrideBatchRequestSchema,
};

export const reportOverridesRequest = {
  query: {
    limit: z
      .string()
      .regex(/^\d{1,3}$/, 'is a whole number from 1 to 100')
      .transform(Number)
      .pipe(z.number().min(1).max(100))
      .default(10),
  },
};
