import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import { removeRuleRequest } from '../../shared/contract/rule-requests';
import { callOf, flagKeyOf, ruleIdOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'admin',
  ...removeRuleRequest,
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    return noContent(await rules.remove(call, flagKeyOf(request), ruleIdOf(request)));
  },
});
