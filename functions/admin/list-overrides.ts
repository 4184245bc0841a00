import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideSearch } from '../../shared/composition/override-search';
import type { Override } from '../../shared/contract/override-answers';
import type { Page } from '../../shared/contract/primitives';
import { listOverridesRequest } from '../../shared/contract/override-search-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeOverrideSearch();

export const handler = composeHandler({
  caller: 'viewer',
  ...listOverridesRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor, ...filter } = request.query;
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, overrides.positionForm(filter));
    const { items, next } = await overrides.list(request.environment, filter, { after, limit });
    const page: Page<Override> = { items, nextCursor: encodeCursor(listing, next) };
    return ok(page);
  },
});
