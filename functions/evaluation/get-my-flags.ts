import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { MyFlagsResponse } from '../../shared/contract/evaluation';
import type { Evaluation } from '../../shared/evaluation/model';
import { evaluationContextOf } from '../../shared/http/evaluation-context';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

const shown = ({
  value,
  variant,
  reason,
  source,
  override,
}: Evaluation): MyFlagsResponse['flags'][string] => ({
  value,
  variant,
  reason,
  source,
  override: override && {
    kind: override.kind,
    expiresAt: override.expiresAtMs === null ? null : new Date(override.expiresAtMs).toISOString(),
  },
});

export const handler = composeHandler({
  caller: 'user',
  area: 'evaluation',
  answer: async (request) => {
    const { evaluations } = await evaluation.evaluate(evaluationContextOf(request));
    const body: MyFlagsResponse = {
      userId: request.principal.userId ?? '',
      environment: request.environment,
      flags: Object.fromEntries(evaluations.map((each) => [each.key, shown(each)])),
    };
    return ok(body);
  },
});
