import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { createFlagRequest } from '../../shared/contract/flag-requests';
import { callOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  ...createFlagRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun } = request.query;
    const flag = await flags.create(callOf(request, dryRun), request.body);
    return dryRun ? okVersioned(flag) : created(flag, placeOf(request, `/api/admin/flags/${flag.key}`));
  },
});
