import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { deleteFlagRequest } from '../../shared/contract/flag-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  ...deleteFlagRequest,
  area: 'admin',
  answer: async (request) => {
    await flags.delete(callOf(request, request.query.dryRun), flagKeyOf(request));
    return noContent();
  },
});
