import { composeHandler } from '../../shared/composition/handlers';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const overrides = composeTypedOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  area: 'admin',
  answer: async (request) => {
    await overrides.remove(
      callOf(request),
      request.event.pathParameters?.['userId'] ?? '',
      flagKeyOf(request),
    );
    return noContent();
  },
});
