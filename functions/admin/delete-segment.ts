import { composeHandler } from '../../shared/composition/handlers';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { deleteSegmentRequest } from '../../shared/contract/segment-requests';
import { callOf, segmentKeyOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const segments = composeSegmentService();

export const handler = composeHandler({
  caller: 'admin',
  ...deleteSegmentRequest,
  area: 'admin',
  answer: async (request) => {
    await segments.delete(callOf(request, request.query.dryRun), segmentKeyOf(request));
    return noContent();
  },
});
