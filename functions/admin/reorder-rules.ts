import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import type { Page } from '../../shared/contract/primitives';
import type { Rule } from '../../shared/contract/rule';
import { reorderRulesRequest } from '../../shared/contract/rule-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { okAt } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'admin',
  ...reorderRulesRequest,
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    const ordered = await rules.reorder(call, flagKeyOf(request), request.body.order);
    const page: Page<Rule> = { items: ordered.rules, nextCursor: null };
    return okAt(ordered.version, page);
  },
});
