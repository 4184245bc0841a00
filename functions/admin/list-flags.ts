import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { ListedFlag } from '../../shared/contract/flag';
import { listFlagsRequest } from '../../shared/contract/flag-requests';
import { FLAG_KEY_PATTERN, type Page } from '../../shared/contract/primitives';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'viewer',
  ...listFlagsRequest,
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
