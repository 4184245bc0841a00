import { composeBulkOverrideService } from '../../shared/composition/bulk-override-service';
import { composeHandler } from '../../shared/composition/handlers';
import { copyUserOverridesRequest } from '../../shared/contract/import-requests';
import { callOf, flagKeyOf, placeOf } from '../../shared/http/request';
import { accepted, okVersioned } from '../../shared/http/responses';

const overrides = composeBulkOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  ...copyUserOverridesRequest,
  area: 'admin',
  budgetMs: 8_000,
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    const copy = await overrides.copy(call, flagKeyOf(request), request.body.to);
    const place = placeOf(request, `/api/admin/flags/${copy.flagKey}/imports/${copy.id}`);
    return copy.finishedAt === null ? accepted(copy, place) : okVersioned(copy);
  },
});
