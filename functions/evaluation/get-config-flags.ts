import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { ConfigFlagsResponse } from '../../shared/contract/evaluation';
import { contextOf } from '../../shared/evaluation/context';
import { revalidated } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'anyone',
  area: 'evaluation',
  answer: async ({ environment, principal, event }) => {
    const { version, evaluations } = await evaluation.evaluate(contextOf(environment, principal));
    const body: ConfigFlagsResponse = {
      environment,
      version,
      flags: Object.fromEntries(evaluations.map(({ key, value }) => [key, value])),
    };
    return revalidated(body, event.headers['if-none-match']);
  },
});
