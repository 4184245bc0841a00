import { composeHandler } from '../../shared/composition/handlers';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { replaceSegmentRequest } from '../../shared/contract/segment-requests';
import { callOf, segmentKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const segments = composeSegmentService();

export const handler = composeHandler({
  caller: 'admin',
  ...replaceSegmentRequest,
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    return okVersioned(await segments.replace(call, segmentKeyOf(request), request.body));
  },
});
