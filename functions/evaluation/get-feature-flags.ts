import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { FeatureFlagsResponse } from '../../shared/contract/evaluation';
import { contextOf } from '../../shared/evaluation/context';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'anyone',
  area: 'evaluation',
  answer: async ({ environment, principal }) => {
    const { evaluations } = await evaluation.evaluate(contextOf(environment, principal));
    const body: FeatureFlagsResponse = {
      environment,
      flags: evaluations.map(({ key, value, variant, reason }) => ({ key, value, variant, reason })),
    };
    return ok(body);
  },
});
