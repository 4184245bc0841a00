import { composeHandler } from '../../shared/composition/handlers';
import { composeImportService } from '../../shared/composition/import-service';
import { importOf, partNumberOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const imports = composeImportService();

export const handler = composeHandler({
  caller: 'admin',
  takesCsv: true,
  area: 'admin',
  budgetMs: 12_000,
  answer: async (request) =>
    ok(await imports.putPart(importOf(request), partNumberOf(request), request.csv ?? '')),
});
