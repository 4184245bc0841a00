import type { AccessProfile, Caller, Route } from './routes';

const ofUser = '/api/admin/users/{userId}/flag-overrides';

/** A row of a function under `admin` that is called as its file is. */
const row = <const Routes extends readonly string[]>(
  name: string,
  caller: Caller,
  access: AccessProfile,
  ...routes: Routes
) => ({ name, entry: `admin/${name}`, routes, caller, access });

/** The rows of what a user has of flags, and of all overrides together. */
export const overrideRoutes = [
  row('add-typed-override', 'admin', 'target', `POST ${ofUser}`),
  row('list-typed-overrides', 'viewer', 'read', `GET ${ofUser}`),
  row('get-typed-override', 'viewer', 'read', `GET ${ofUser}/{flagKey}`),
  row('update-typed-override', 'admin', 'write', `PATCH ${ofUser}/{flagKey}`),
  row('remove-typed-override', 'admin', 'write', `DELETE ${ofUser}/{flagKey}`),
  row('list-flag-overrides', 'viewer', 'read', 'GET /api/admin/feature-flags/{flagKey}/user-overrides'),
  row('list-overrides', 'viewer', 'read', 'GET /api/admin/overrides'),
  row('change-overrides', 'admin', 'write', 'POST /api/admin/overrides/batch'),
  row('report-overrides', 'viewer', 'read', 'GET /api/admin/reports/overrides'),
] as const satisfies readonly Route[];
