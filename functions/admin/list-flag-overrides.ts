import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideSearch } from '../../shared/composition/override-search';
import type { Override } from '../../shared/contract/override-answers';
import type { Page } from '../../shared/contract/primitives';
import { listFlagOverridesRequest } from '../../shared/contract/override-search-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { flagKeyOf, listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeOverrideSearch();

export const handler = composeHandler({
  caller: 'viewer',
  ...listFlagOverridesRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor, userId } = request.query;
    const flagKey = flagKeyOf(request);
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, overrides.positionForm({ flagKey, userId }));
    const page = { after, limit };
    const { items, next } = await overrides.ofFlag(request.environment, flagKey, { userId }, page);
    const answer: Page<Override> = { items, nextCursor: encodeCursor(listing, next) };
    return ok(answer);
  },
});
