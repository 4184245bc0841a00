import { composeHandler } from '../../shared/composition/handlers';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { segmentKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const segments = composeSegmentService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => okVersioned(await segments.get(request.environment, segmentKeyOf(request))),
});
