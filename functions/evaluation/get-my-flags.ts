import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { MyFlagsResponse } from '../../shared/contract/evaluation';
import { resultOf } from '../../shared/evaluation/result-of';
import { evaluationContextOf } from '../../shared/http/evaluation-context';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'user',
  area: 'evaluation',
  answer: async (request) => {
    const { evaluations } = await evaluation.evaluate(evaluationContextOf(request));
    const body: MyFlagsResponse = {
      userId: request.principal.userId ?? '',
      environment: request.environment,
      flags: Object.fromEntries(evaluations.map((each) => [each.key, resultOf(each)])),
    };
    return ok(body);
  },
});
