import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import { callOf, flagKeyOf, ruleIdOf, switchParameter } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'admin',
  query: { dryRun: switchParameter },
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    return noContent(await rules.remove(call, flagKeyOf(request), ruleIdOf(request)));
  },
});
