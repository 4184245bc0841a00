import * as z from 'zod';
import { AuditEventNameSchema } from './audit';
import { pagingParameters, switchParameter } from './parameters';
import { AnyUserIdSchema, FlagKeySchema, spelledAsStored, TimestampSchema } from './primitives';

const moment = TimestampSchema.transform((text) => new Date(text).toISOString()).optional();

/** What the route of the audit log takes: query parameters besides `environment`. */
export const listAuditEventsRequest = {
  query: {
    ...pagingParameters,
    event: AuditEventNameSchema.optional(),
    flagKey: FlagKeySchema.optional(),
    userId: AnyUserIdSchema.transform(spelledAsStored).optional(),
    actor: z.string().min(1).max(256).optional(),
    from: moment,
    to: moment,
  },
};

/** `expiresAt`: the end of the overrides that are put back, instead of the one they had; null for none. */
export const RevertChangeRequestSchema = z
  .strictObject({ expiresAt: TimestampSchema.nullable().optional() })
  .optional();

/** What the route that reverts a change takes; `force` as for a change of a flag. */
export const revertChangeRequest = {
  query: { dryRun: switchParameter, force: switchParameter },
  body: RevertChangeRequestSchema,
};
