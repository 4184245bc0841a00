import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { flagKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => okVersioned(await flags.get(request.environment, flagKeyOf(request))),
});
