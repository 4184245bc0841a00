import { composeHandler } from '../../shared/composition/handlers';
import { composeImportJobs } from '../../shared/composition/import-jobs';
import { readConfig } from '../../shared/config';
import { importOf } from '../../shared/http/request';
import { okVersioned } from '../../shared/http/responses';

const imports = composeImportJobs(readConfig());

export const handler = composeHandler({
  caller: 'viewer',
  area: 'admin',
  answer: async (request) => okVersioned(await imports.get(importOf(request))),
});
