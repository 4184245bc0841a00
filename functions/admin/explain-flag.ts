import { composeExplainService } from '../../shared/composition/explain-service';
import { composeHandler } from '../../shared/composition/handlers';
import { ExplainRequestSchema } from '../../shared/contract/explain';
import { flagKeyOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const explanations = composeExplainService();

export const handler = composeHandler({
  caller: 'viewer',
  body: ExplainRequestSchema,
  area: 'admin',
  answer: async (request) =>
    ok(await explanations.explain(request.environment, flagKeyOf(request), request.body)),
});
