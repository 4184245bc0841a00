import { composeHandler } from '../../shared/composition/handlers';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import { flagKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const overrides = composeTypedOverrideService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => {
    const ofUser = request.event.pathParameters?.['userId'] ?? '';
    return okVersioned(await overrides.get(request.environment, ofUser, flagKeyOf(request)));
  },
});
