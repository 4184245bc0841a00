import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { OfrepBulkResponse } from '../../shared/contract/ofrep-answer';
import { ofrepFreshness, OfrepRequestSchema } from '../../shared/contract/ofrep-request';
import { ofrepItemOf } from '../../shared/http/ofrep-answer';
import { ofrepContextOf } from '../../shared/http/ofrep-context';
import { ofrepFailure } from '../../shared/http/ofrep-failure';
import { revalidated } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'evaluator',
  area: 'evaluation',
  query: ofrepFreshness,
  body: OfrepRequestSchema,
  failure: ofrepFailure,
  answer: async (request) => {
    const { environment, principal, query, event } = request;
    const isFresh = (query.flagConfigEtag ?? query.flagConfigLastModified) !== undefined;
    const { evaluations } = await evaluation.evaluate(ofrepContextOf(request), isFresh);
    const body: OfrepBulkResponse = {
      flags: evaluations.map((each) => ofrepItemOf(each, principal)),
      metadata: { environment },
    };
    return revalidated(body, event.headers['if-none-match']);
  },
});
