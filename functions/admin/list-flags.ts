import * as z from 'zod';
import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { FlagStateSchema, type ListedFlag } from '../../shared/contract/flag';
import { FLAG_KEY_PATTERN, type Page } from '../../shared/contract/primitives';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf, pagingParameters } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'viewer',
  query: {
    ...pagingParameters,
    q: z.string().max(200).optional(),
    tag: z.string().max(64).optional(),
    state: FlagStateSchema.optional(),
  },
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor, q, tag, state } = request.query;
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, FLAG_KEY_PATTERN);
    const { items, next } = await flags.list(request.environment, { after, limit, q, tag, state });
    const page: Page<ListedFlag> = { items, nextCursor: encodeCursor(listing, next) };
    return ok(page);
  },
});
