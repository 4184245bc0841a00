import { composeHandler } from '../../shared/composition/handlers';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { FLAG_KEY_PATTERN, type Page } from '../../shared/contract/primitives';
import type { Segment } from '../../shared/contract/segment';
import { listSegmentsRequest } from '../../shared/contract/segment-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const segments = composeSegmentService();

export const handler = composeHandler({
  caller: 'viewer',
  ...listSegmentsRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor } = request.query;
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, FLAG_KEY_PATTERN);
    const found = await segments.list(request.environment, { after, limit });
    const page: Page<Segment> = { items: found.segments, nextCursor: encodeCursor(listing, found.next) };
    return ok(page);
  },
});
