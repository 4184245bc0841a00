import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { FeatureFlagsResponse } from '../../shared/contract/evaluation';
import { EVALUATION_BUDGET_MS } from '../../shared/http/create-handler';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'anyone',
  budgetMs: EVALUATION_BUDGET_MS,
  answer: async ({ environment, principal }) => {
    const { evaluations } = await evaluation.evaluate(environment, principal.userId);
    const body: FeatureFlagsResponse = {
      environment,
      flags: evaluations.map(({ key, value, variant, reason }) => ({ key, value, variant, reason })),
    };
    return ok(body);
  },
});
