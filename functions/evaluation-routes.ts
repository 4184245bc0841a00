import type { Route } from './routes';

/** The rows of `routes.ts` for those who read flags. */
export const evaluationRoutes = [
  {
    name: 'health',
    entry: 'evaluation/health',
    routes: ['GET /api/health'],
    caller: 'none',
    access: 'nothing',
  },
  {
    name: 'get-openapi',
    entry: 'evaluation/get-openapi',
    routes: ['GET /api/openapi.json'],
    caller: 'none',
    access: 'nothing',
  },
  {
    name: 'get-config-flags',
    entry: 'evaluation/get-config-flags',
    routes: ['GET /api/config/flags'],
    caller: 'anyone',
    access: 'evaluate',
  },
  {
    name: 'get-feature-flags',
    entry: 'evaluation/get-feature-flags',
    routes: ['GET /api/feature-flags'],
    caller: 'anyone',
    access: 'evaluate',
  },
  {
    name: 'get-my-flags',
    entry: 'evaluation/get-my-flags',
    routes: ['GET /api/flags/me'],
    caller: 'user',
    access: 'evaluate',
  },
  {
    name: 'evaluate-flag',
    entry: 'evaluation/evaluate-flag',
    routes: ['POST /ofrep/v1/evaluate/flags/{key}'],
    caller: 'evaluator',
    access: 'evaluate',
  },
  {
    name: 'evaluate-flags',
    entry: 'evaluation/evaluate-flags',
    routes: ['POST /ofrep/v1/evaluate/flags'],
    caller: 'evaluator',
    access: 'evaluate',
  },
] as const satisfies readonly Route[];
