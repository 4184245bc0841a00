import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import { putRuleRequest } from '../../shared/contract/rule-requests';
import { callOf, flagKeyOf, ruleIdOf } from '../../shared/http/request';
import { okAt } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'admin',
  ...putRuleRequest,
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    const { rule, version } = await rules.replace(call, flagKeyOf(request), ruleIdOf(request), request.body);
    return okAt(version, rule);
  },
});
