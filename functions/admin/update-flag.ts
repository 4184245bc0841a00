import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { updateFlagRequest } from '../../shared/contract/flag-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  ...updateFlagRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun, force } = request.query;
    const call = { ...callOf(request, dryRun), force };
    const method = request.event.requestContext.http.method === 'PUT' ? 'replace' : 'patch';
    return okVersioned(await flags[method](call, flagKeyOf(request), request.body));
  },
});
