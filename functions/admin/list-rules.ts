import { composeHandler } from '../../shared/composition/handlers';
import { composeRuleService } from '../../shared/composition/rule-service';
import type { Page } from '../../shared/contract/primitives';
import type { Rule } from '../../shared/contract/rule';
import { flagKeyOf } from '../../shared/http/request';
import { okAt } from '../../shared/http/responses';

const rules = composeRuleService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => {
    const found = await rules.list(request.environment, flagKeyOf(request));
    const page: Page<Rule> = { items: found.rules, nextCursor: null };
    return okAt(found.version, page);
  },
});
