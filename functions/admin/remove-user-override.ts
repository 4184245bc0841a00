import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideService } from '../../shared/composition/override-service';
import { OverrideTypeSchema } from '../../shared/contract/override';
import { ADMIN_BUDGET_MS } from '../../shared/http/create-handler';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const overrides = composeOverrideService();

export const handler = composeHandler({
  caller: 'admin',
  query: { overrideType: OverrideTypeSchema.optional() },
  budgetMs: ADMIN_BUDGET_MS,
  answer: async (request) => {
    const { overrideType } = request.query;
    const userId = request.event.pathParameters?.['userId'] ?? '';
    await overrides.remove(callOf(request), flagKeyOf(request), userId, overrideType);
    return noContent();
  },
});
