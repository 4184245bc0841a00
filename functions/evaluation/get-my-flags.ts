import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import type { MyFlagsResponse } from '../../shared/contract/evaluation';
import { contextOf } from '../../shared/evaluation/context';
import type { Evaluation } from '../../shared/evaluation/model';
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
  answer: async ({ environment, principal }) => {
    const userId = principal.userId ?? '';
    const { evaluations } = await evaluation.evaluate(
      contextOf(environment, { userId, groups: principal.groups }),
    );
    const body: MyFlagsResponse = {
      userId,
      environment,
      flags: Object.fromEntries(evaluations.map((each) => [each.key, shown(each)])),
    };
    return ok(body);
  },
});
