import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { importOf } from '../../shared/http/request';
import { noContent, okVersioned } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'admin',
  area: 'admin',
  answer: async (request) => {
    const cancelled = await imports.cancel(importOf(request));
    return cancelled === undefined ? noContent() : okVersioned(cancelled);
  },
});
