import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import { putRuleRequest } from '../../shared/contract/rule-requests';
import { callOf, flagKeyOf, placeOf } from '../../shared/http/request';
import { createdAt, okAt } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'admin',
  ...putRuleRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun } = request.query;
    const flagKey = flagKeyOf(request);
    const { rule, version } = await rules.add(callOf(request, dryRun), flagKey, request.body);
    const path = `/api/admin/flags/${flagKey}/rules/${rule.id}`;
    return dryRun ? okAt(version, rule) : createdAt(version, rule, placeOf(request, path));
  },
});
