import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { ConfigFlagsResponse } from '../../shared/contract/evaluation';
import { evaluationContextOf } from '../../shared/http/evaluation-context';
import { revalidated } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'anyone',
  area: 'evaluation',
  answer: async (request) => {
    const { environment, event } = request;
    const { version, evaluations } = await evaluation.evaluate(evaluationContextOf(request));
    const body: ConfigFlagsResponse = {
      environment,
      version,
      flags: Object.fromEntries(evaluations.map(({ key, value }) => [key, value])),
    };
    return revalidated(body, event.headers['if-none-match']);
  },
});
