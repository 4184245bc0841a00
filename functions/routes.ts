import { deviceRoutes } from './device-routes';
import { evaluationRoutes } from './evaluation-routes';
import type { Caller } from '../shared/http/principal';
import { SIGNED_PREFIX } from '../shared/http/signed-caller';
import { operatingRoutes } from './operating-routes';
import { overrideRoutes } from './override-routes';
import { importRoutes } from './import-routes';

export type { Caller };

/**
 * The table of contents: one row per Lambda. The stack, the laptop runner and the tests all read it,
 * so no endpoint exists in one and not in another.
 */

/**
 * What a function may touch; one role each (see `lib/constructs/access-profiles.ts`). `survey` writes what it has looked
 * through an environment or a flag for; `inspect` reads and `target` writes, and both look people up in the user pool.
 * `equip` writes what belongs to devices and users, which it has looked up; `assign` does, and looks people up; `revert`
 * does as `survey` and as `equip`, and reads the audit log. `import` writes, and keeps what was sent of imports; `work`
 * does what outlasts a request.
 */
export type AccessProfile =
  | 'nothing'
  | 'evaluate'
  | 'read'
  | 'inspect'
  | 'write'
  | 'survey'
  | 'target'
  | 'equip'
  | 'assign'
  | 'revert'
  | 'record'
  | 'import'
  | 'work';

export interface Route {
  /** Name of the function, and of its bundle. */
  readonly name: string;
  /** File under `functions/`, without extension; it exports `handler`. */
  readonly entry: string;
  /** `METHOD /path` as the gateway spells them; `$default` is what nothing else matches. */
  readonly routes: readonly string[];
  readonly caller: Caller;
  readonly access: AccessProfile;
}

const flag = '/api/admin/flags/{flagKey}';
const segment = '/api/admin/segments/{segmentKey}';

const table = [
  ...evaluationRoutes,
  {
    name: 'create-flag',
    entry: 'admin/create-flag',
    routes: ['POST /api/admin/flags'],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'list-flags',
    entry: 'admin/list-flags',
    routes: ['GET /api/admin/flags'],
    caller: 'viewer',
    access: 'read',
  },
  { name: 'get-flag', entry: 'admin/get-flag', routes: [`GET ${flag}`], caller: 'viewer', access: 'read' },
  {
    name: 'update-flag',
    entry: 'admin/update-flag',
    routes: [`PUT ${flag}`, `PATCH ${flag}`, `POST ${flag}`],
    caller: 'admin',
    access: 'survey',
  },
  {
    name: 'delete-flag',
    entry: 'admin/delete-flag',
    routes: [`DELETE ${flag}`],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'change-flag-state',
    entry: 'admin/change-flag-state',
    routes: [
      `POST ${flag}/enable`,
      `POST ${flag}/disable`,
      `POST ${flag}/archive`,
      `POST ${flag}/restore`,
      `POST ${flag}/kill`,
      `POST ${flag}/revive`,
    ],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'copy-flag',
    entry: 'admin/copy-flag',
    routes: [`POST ${flag}/copy`],
    caller: 'admin',
    access: 'survey',
  },
  {
    name: 'list-rules',
    entry: 'admin/list-rules',
    routes: [`GET ${flag}/rules`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'add-rule',
    entry: 'admin/add-rule',
    routes: [`POST ${flag}/rules`],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'reorder-rules',
    entry: 'admin/reorder-rules',
    routes: [`PUT ${flag}/rules`],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'replace-rule',
    entry: 'admin/replace-rule',
    routes: [`PUT ${flag}/rules/{ruleId}`],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'remove-rule',
    entry: 'admin/remove-rule',
    routes: [`DELETE ${flag}/rules/{ruleId}`],
    caller: 'admin',
    access: 'write',
  },
  {
    name: 'create-segment',
    entry: 'admin/create-segment',
    routes: ['POST /api/admin/segments'],
    caller: 'admin',
    access: 'survey',
  },
  {
    name: 'list-segments',
    entry: 'admin/list-segments',
    routes: ['GET /api/admin/segments'],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'get-segment',
    entry: 'admin/get-segment',
    routes: [`GET ${segment}`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'replace-segment',
    entry: 'admin/replace-segment',
    routes: [`PUT ${segment}`],
    caller: 'admin',
    access: 'survey',
  },
  {
    name: 'delete-segment',
    entry: 'admin/delete-segment',
    routes: [`DELETE ${segment}`],
    caller: 'admin',
    access: 'survey',
  },
  {
    name: 'put-user-override',
    entry: 'admin/put-user-override',
    routes: [`POST ${flag}/users`],
    caller: 'admin',
    access: 'target',
  },
  {
    name: 'list-user-overrides',
    entry: 'admin/list-user-overrides',
    routes: [`GET ${flag}/users`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'remove-user-override',
    entry: 'admin/remove-user-override',
    routes: [`DELETE ${flag}/users/{userId}`],
    caller: 'admin',
    access: 'write',
  },
  ...deviceRoutes,
  ...overrideRoutes,
  ...importRoutes,
  {
    name: 'explain-flag',
    entry: 'admin/explain-flag',
    routes: [`POST ${flag}/explain`],
    caller: 'viewer',
    access: 'inspect',
  },
  {
    name: 'list-audit-events',
    entry: 'admin/list-audit-events',
    routes: ['GET /api/admin/audit'],
    caller: 'viewer',
    access: 'read',
  },
  ...operatingRoutes,
  {
    name: 'not-found',
    entry: 'evaluation/not-found',
    routes: ['$default'],
    caller: 'none',
    access: 'nothing',
  },
] as const satisfies readonly Route[];

export const routes: readonly Route[] = table;

/** Every route that a client can ask for; `openapi/operations.ts` does not compile without a description of each. */
export type RouteKey = Exclude<(typeof table)[number]['routes'][number], '$default'>;

/** The same routes at the entrance of operators, who sign with AWS credentials: those of admins and viewers have one. */
export const signedRoutesOf = ({ caller, routes: routeKeys }: Route): string[] =>
  caller === 'admin' || caller === 'viewer' || caller === 'scraper'
    ? routeKeys.map((routeKey) => routeKey.replace(' /', ` ${SIGNED_PREFIX}/`))
    : [];
