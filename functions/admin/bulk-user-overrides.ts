import { composeBulkOverrideService } from '../../shared/composition/bulk-override-service';
import { composeHandler } from '../../shared/composition/handlers';
import { bulkUserOverridesRequest } from '../../shared/contract/import-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeBulkOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  ...bulkUserOverridesRequest,
  takesCsv: true,
  area: 'admin',
  budgetMs: 12_000,
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    const flagKey = flagKeyOf(request);
    return ok(
      request.csv === undefined
        ? await overrides.putUsers(call, flagKey, request.body)
        : await overrides.putCsv(call, flagKey, request.csv),
    );
  },
});
