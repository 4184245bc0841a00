import type { Route } from './routes';

const flag = '/api/admin/flags/{flagKey}';

/** Rows of the route table about many overrides at once. */
export const importRoutes = [
  {
    name: 'bulk-user-overrides',
    entry: 'admin/bulk-user-overrides',
    routes: [`POST ${flag}/users/bulk`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'copy-user-overrides',
    entry: 'admin/copy-user-overrides',
    routes: [`POST ${flag}/users/copy`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'export-user-overrides',
    entry: 'admin/export-user-overrides',
    routes: [`GET ${flag}/users.csv`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'create-import',
    entry: 'admin/create-import',
    routes: [`POST ${flag}/imports`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'put-import-part',
    entry: 'admin/put-import-part',
    routes: [`PUT ${flag}/imports/{importId}/parts/{part}`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'start-import',
    entry: 'admin/start-import',
    routes: [`POST ${flag}/imports/{importId}/start`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'get-import',
    entry: 'admin/get-import',
    routes: [`GET ${flag}/imports/{importId}`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'cancel-import',
    entry: 'admin/cancel-import',
    routes: [`DELETE ${flag}/imports/{importId}`],
    caller: 'admin',
    access: 'import',
  },
  {
    name: 'undo-import',
    entry: 'admin/undo-import',
    routes: [`POST ${flag}/imports/{importId}/undo`],
    caller: 'admin',
    access: 'import',
  },
] as const satisfies readonly Route[];
