import findMyWay from 'find-my-way';
import type { RouteSpec } from './template';

export interface RouteMatch {
  readonly route: RouteSpec;
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_PARAMETER_LENGTH = 8_192;
const DEFAULT = '$default';

/** Finds routes as an HTTP API does: a literal part before a parameter, `$default` for the rest. */
export const createRouteFinder = (
  routes: readonly RouteSpec[],
): ((method: string, path: string) => RouteMatch | undefined) => {
  const router = findMyWay({ maxParamLength: MAX_PARAMETER_LENGTH });
  for (const route of routes.filter(({ routeKey }) => routeKey !== DEFAULT)) {
    const [method = '', path = ''] = route.routeKey.split(' ');
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    router.on(method as findMyWay.HTTPMethod, pattern, () => undefined, route);
  }
  const fallback = routes.find(({ routeKey }) => routeKey === DEFAULT);
  return (method, path) => {
    const found = router.find(method as findMyWay.HTTPMethod, path);
    const parameters = (found?.params ?? {}) as Record<string, string>;
    // a parameter stands for something: "/flags/" is no "/flags/{flagKey}"
    if (found !== null && !Object.values(parameters).includes('')) {
      return { route: found.store as RouteSpec, parameters };
    }
    return fallback && { route: fallback, parameters: {} };
  };
};
