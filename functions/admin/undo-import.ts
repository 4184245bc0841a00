import { composeHandler } from '../../shared/composition/handlers';
import { composeImportJobs } from '../../shared/composition/import-jobs';
import { readConfig } from '../../shared/config';
import { callOf, importOf, placeOf } from '../../shared/http/request';
import { accepted } from '../../shared/http/responses';

const imports = composeImportJobs(readConfig());

export const handler = composeHandler({
  caller: 'admin',
  area: 'admin',
  answer: async (request) => {
    const undoing = await imports.undo(callOf(request), importOf(request));
    return accepted(undoing, placeOf(request, `/api/admin/flags/${undoing.flagKey}/imports/${undoing.id}`));
  },
});
