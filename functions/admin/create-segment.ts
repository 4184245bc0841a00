import { composeHandler } from '../../shared/composition/handlers';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { createSegmentRequest } from '../../shared/contract/segment-requests';
import { callOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const segments = composeSegmentService();

export const handler = composeHandler({
  caller: 'admin',
  ...createSegmentRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun } = request.query;
    const segment = await segments.create(callOf(request, dryRun), request.body);
    return dryRun
      ? okVersioned(segment)
      : created(segment, placeOf(request, `/api/admin/segments/${segment.key}`));
  },
});
