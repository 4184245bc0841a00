import { composeFlagService } from '../../shared/composition/flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { FlagActionSchema } from '../../shared/contract/flag';
import { changeFlagStateRequest } from '../../shared/contract/flag-requests';
import { callOf, flagKeyOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const flags = composeFlagService();

export const handler = composeHandler({
  caller: 'admin',
  ...changeFlagStateRequest,
  area: 'admin',
  answer: async (request) => {
    const call = callOf(request, request.query.dryRun);
    const action = FlagActionSchema.parse(request.event.routeKey.split('/').at(-1));
    const reason = request.body?.reason ?? null;
    return okVersioned(await flags.changeState(call, flagKeyOf(request), action, reason));
  },
});
