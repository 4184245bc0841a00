import type { Route } from './routes';

/** The rows of {@link routes} for those who run the product: taking changes back, people, metrics. */
export const operatingRoutes = [
  {
    name: 'revert-change',
    entry: 'admin/revert-change',
    routes: ['POST /api/admin/audit/{id}/revert'],
    caller: 'admin',
    access: 'revert',
  },
  {
    name: 'list-people',
    entry: 'admin/list-people',
    routes: ['GET /api/admin/users'],
    caller: 'viewer',
    access: 'inspect',
  },
  {
    name: 'remove-person',
    entry: 'admin/remove-person',
    routes: ['DELETE /api/admin/users/{userId}'],
    caller: 'admin',
    access: 'equip',
  },
  {
    name: 'get-metrics',
    entry: 'admin/get-metrics',
    routes: ['GET /api/admin/metrics'],
    caller: 'scraper',
    access: 'read',
  },
] as const satisfies readonly Route[];
