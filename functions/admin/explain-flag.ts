import { composeExplainService } from '../../shared/composition/explain-service';
import { composeHandler } from '../../shared/composition/handlers';
import { explainFlagRequest } from '../../shared/contract/explain-requests';
import { flagKeyOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const explanations = composeExplainService();

export const handler = composeHandler({
  caller: 'viewer',
  ...explainFlagRequest,
  area: 'admin',
  answer: async (request) =>
    ok(await explanations.explain(request.environment, flagKeyOf(request), request.body)),
});
