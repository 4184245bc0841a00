import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { callOf, importOf, placeOf } from '../../shared/http/request';
import { accepted } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'admin',
  area: 'admin',
  answer: async (request) => {
    const undoing = await imports.undo(callOf(request), importOf(request));
    return accepted(undoing, placeOf(request, `/api/admin/flags/${undoing.flagKey}/imports/${undoing.id}`));
  },
});
