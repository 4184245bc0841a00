import * as z from 'zod';
import { GivenContextSchema } from './given-context';

/**
 * OpenFeature Remote Evaluation Protocol 0.3 (github.com/open-feature/protocol, service/openapi.yaml). Its request
 * objects are open: a newer client may send fields that this server does not know. Without a context nothing is known
 * of the caller but what the token and headers say.
 */
export const OfrepRequestSchema = z
  .looseObject({
    context: GivenContextSchema,
  })
  .optional();

/** Query of the bulk endpoint: what a notification said of the configuration, so that older state is not enough. */
export const ofrepFreshness = {
  flagConfigEtag: z.string().min(1).max(1_024).optional(),
  flagConfigLastModified: z
    .union([
      z.string().regex(/^\d{1,12}$/, 'is in seconds since 1970, or an ISO 8601 time'),
      z.iso.datetime({ offset: true }),
      z.iso.date(),
    ])
    .optional(),
};
