import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideService } from '../../shared/composition/override-service';
import { removeUserOverrideRequest } from '../../shared/contract/override-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const overrides = composeOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  ...removeUserOverrideRequest,
  area: 'admin',
  answer: async (request) => {
    const { overrideType } = request.query;
    const userId = request.event.pathParameters?.['userId'] ?? '';
    await overrides.remove(callOf(request), flagKeyOf(request), userId, overrideType);
    return noContent();
  },
});
