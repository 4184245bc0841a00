import type { RouteKey } from '../functions/routes';
import type { Operation } from './operation';
import { auditOperations } from './operations/audit';
import { deviceOperations } from './operations/devices';
import { evaluationOperations } from './operations/evaluation';
import { explainOperations } from './operations/explain';
import { flagOperations } from './operations/flags';
import { importOperations } from './operations/imports';
import { ofrepOperations } from './operations/ofrep';
import { overrideOperations } from './operations/overrides';
import { metricsOperations } from './operations/metrics';
import { peopleOperations } from './operations/people';
import { ruleOperations } from './operations/rules';
import { segmentOperations } from './operations/segments';
import { typedOverrideOperations } from './operations/typed-overrides';

/** What the document says of every route of `functions/routes.ts`; a route that is missing does not compile. */
export const operations: Readonly<Record<RouteKey, Operation>> = {
  ...evaluationOperations,
  ...ofrepOperations,
  ...flagOperations,
  ...explainOperations,
  ...ruleOperations,
  ...segmentOperations,
  ...overrideOperations,
  ...importOperations,
  ...deviceOperations,
  ...typedOverrideOperations,
  ...auditOperations,
  ...peopleOperations,
  ...metricsOperations,
};
