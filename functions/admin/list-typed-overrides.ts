import { composeHandler } from '../../shared/composition/handlers';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import type { Override } from '../../shared/contract/override-answers';
import type { Page } from '../../shared/contract/primitives';
import { listTypedOverridesRequest } from '../../shared/contract/typed-override-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeTypedOverrideService();

export const handler = composeHandler({
  caller: 'viewer',
  ...listTypedOverridesRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor } = request.query;
    const listing = listingOf(request);
    const ofUser = request.event.pathParameters?.['userId'] ?? '';
    const after = decodeCursor(listing, cursor, overrides.positionForm(ofUser));
    const { items, next } = await overrides.list(request.environment, ofUser, { after, limit });
    const page: Page<Override> = { items, nextCursor: encodeCursor(listing, next) };
    return ok(page);
  },
});
