import { composeHandler } from '../../shared/composition/handlers';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import { updateTypedOverrideRequest } from '../../shared/contract/typed-override-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const overrides = composeTypedOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  ...updateTypedOverrideRequest,
  area: 'admin',
  answer: async (request) => {
    const ofUser = request.event.pathParameters?.['userId'] ?? '';
    return okVersioned(await overrides.update(callOf(request), ofUser, flagKeyOf(request), request.body));
  },
});
