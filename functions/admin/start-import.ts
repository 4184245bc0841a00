import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { startImportRequest } from '../../shared/contract/import-requests';
import { callOf, importOf, placeOf } from '../../shared/http/request';
import { accepted } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'admin',
  ...startImportRequest,
  area: 'admin',
  answer: async (request) => {
    const started = await imports.start(callOf(request, request.query.dryRun), importOf(request));
    return accepted(started, placeOf(request, `/api/admin/flags/${started.flagKey}/imports/${started.id}`));
  },
});
