import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { importOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => okVersioned(await imports.get(importOf(request))),
});
