import * as z from 'zod';
import { pagingParameters } from './parameters';
import { pageSchema, TimestampSchema } from './primitives';

/** Somebody in the user pool. */
export const PersonSchema = z.strictObject({
  /** The `sub`. */
  userId: z.string(),
  email: z.string().nullable(),
  /** Only where one person was asked for by id: the pool tells them one by one. */
  groups: z.array(z.string()).optional(),
  enabled: z.boolean(),
  /** As the pool spells it: `CONFIRMED`, `FORCE_CHANGE_PASSWORD`, … */
  status: z.string(),
  createdAt: TimestampSchema.optional(),
});
export type Person = z.infer<typeof PersonSchema>;

/** Answer of `GET /api/admin/users`. */
export const PersonPageSchema = pageSchema(PersonSchema);

/** What the route of people takes: query parameters besides `environment`. */
export const listPeopleRequest = {
  query: {
    ...pagingParameters,
    // an address is at most 254 characters (RFC 5321)
    q: z.string().max(254).optional(),
  },
};
