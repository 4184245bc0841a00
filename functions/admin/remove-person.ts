import { composeDepartureService } from '../../shared/composition/departure-service';
import { composeHandler } from '../../shared/composition/handlers';
import { callOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const departures = composeDepartureService();

export const handler = composeHandler({
  caller: 'admin',
  area: 'admin',
  answer: async (request) => {
    await departures.remove(callOf(request), request.event.pathParameters?.['userId'] ?? '');
    return noContent();
  },
});
