import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { ADMIN_BUDGET_MS } from '../../shared/http/create-handler';
import { callOf, flagKeyOf, switchParameter } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  query: { dryRun: switchParameter },
  budgetMs: ADMIN_BUDGET_MS,
  answer: async (request) => {
    await flags.delete(callOf(request, request.query.dryRun), flagKeyOf(request));
    return noContent();
  },
});
