import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { createImportRequest } from '../../shared/contract/import-requests';
import { callOf, flagKeyOf, placeOf } from '../../shared/http/request';
import { created } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'admin',
  ...createImportRequest,
  area: 'admin',
  answer: async (request) => {
    const flagKey = flagKeyOf(request);
    const made = await imports.create(callOf(request), flagKey, request.body);
    return created(made, placeOf(request, `/api/admin/flags/${flagKey}/imports/${made.id}`));
  },
});
