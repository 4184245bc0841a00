import { composeFlagPanelService } from '../../shared/composition/flag-panel-service';
import { composeHandler } from '../../shared/composition/handlers';
import { namedSubjectOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const panel = composeFlagPanelService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => ok(await panel.show(request.environment, namedSubjectOf(request))),
});
