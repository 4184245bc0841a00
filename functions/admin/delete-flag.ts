import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { callOf, flagKeyOf, switchParameter } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  query: { dryRun: switchParameter },
  area: 'admin',
  answer: async (request) => {
    await flags.delete(callOf(request, request.query.dryRun), flagKeyOf(request));
    return noContent();
  },
});
