import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideBatchService } from '../../shared/composition/override-batch-service';
import { changeOverridesRequest } from '../../shared/contract/override-search-requests';
import { callOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const overrides = composeOverrideBatchService();

export const handler = composeHandler({
  caller: 'admin',
  ...changeOverridesRequest,
  area: 'admin',
  answer: async (request) => ok(await overrides.change(callOf(request, request.query.dryRun), request.body)),
});
