import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideService } from '../../shared/composition/override-service';
import type { UserOverridesListResponse } from '../../shared/contract/override-answers';
import { listUserOverridesRequest } from '../../shared/contract/override-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { flagKeyOf, listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeOverrideService();

const POSITION = /^USER#[^#]{1,128}#[a-z]+$/;

export const handler = composeHandler({
  caller: 'viewer',
  ...listUserOverridesRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor } = request.query;
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, POSITION);
    const found = await overrides.list(request.environment, flagKeyOf(request), { after, limit });
    const page: UserOverridesListResponse = {
      includes: found.includes,
      excludes: found.excludes,
      nextCursor: encodeCursor(listing, found.next),
    };
    return ok(page);
  },
});
