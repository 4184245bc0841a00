import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { FeatureFlagsResponse } from '../../shared/contract/evaluation';
import { evaluationContextOf } from '../../shared/http/evaluation-context';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'anyone',
  area: 'evaluation',
  answer: async (request) => {
    const { evaluations } = await evaluation.evaluate(evaluationContextOf(request));
    const body: FeatureFlagsResponse = {
      environment: request.environment,
      flags: evaluations.map(({ key, value, variant, reason }) => ({ key, value, variant, reason })),
    };
    return ok(body);
  },
});
