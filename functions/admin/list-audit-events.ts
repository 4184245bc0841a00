import { composeAuditService } from '../../shared/composition/audit-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { AuditEvent } from '../../shared/contract/audit';
import { listAuditEventsRequest } from '../../shared/contract/audit-requests';
import type { Page } from '../../shared/contract/primitives';
import { invalidField } from '../../shared/errors';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const audit = composeAuditService();

const POSITION = /^\d{4}-[\d:T.-]+Z#[\w.-]{1,100}$/;

const checkOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }): void => {
  if (from !== undefined && to !== undefined && from > to) {
    throw invalidField('#query/from', 'after_to', 'from is not later than to');
  }
};

export const handler = composeHandler({
  caller: 'viewer',
  ...listAuditEventsRequest,
  area: 'admin',
  answer: async (request) => {
    const { cursor, ...query } = request.query;
    checkOrder(query);
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, POSITION);
    const { items, next } = await audit.list({ ...query, environment: request.environment, after });
    const page: Page<AuditEvent> = { items, nextCursor: encodeCursor(listing, next) };
    return ok(page);
  },
});
