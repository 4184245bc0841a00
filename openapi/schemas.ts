import { JsonValueSchema } from '../shared/contract/primitives';
import { named } from './named-schema';
import { auditSchemas } from './schemas/audit';
import { deviceSchemas } from './schemas/devices';
import { evaluationSchemas } from './schemas/evaluation';
import { explainSchemas } from './schemas/explain';
import { flagSchemas } from './schemas/flags';
import { metricsSchemas } from './schemas/metrics';
import { importSchemas } from './schemas/imports';
import { ofrepSchemas } from './schemas/ofrep';
import { overrideSchemas } from './schemas/overrides';
import { peopleSchemas } from './schemas/people';
import { problemSchemas } from './schemas/problems';
import { ruleSchemas } from './schemas/rules';
import { segmentSchemas } from './schemas/segments';
import { typedOverrideSchemas } from './schemas/typed-overrides';

/** Every schema that has a name in the document: bodies, answers, and parts that several of them share. */
export const schemas = {
  JsonValue: named(JsonValueSchema, 'Any JSON value.'),
  ...evaluationSchemas,
  ...ofrepSchemas,
  ...flagSchemas,
  ...explainSchemas,
  ...ruleSchemas,
  ...segmentSchemas,
  ...overrideSchemas,
  ...importSchemas,
  ...deviceSchemas,
  ...typedOverrideSchemas,
  ...auditSchemas,
  ...peopleSchemas,
  ...metricsSchemas,
  ...problemSchemas,
};

export type SchemaName = keyof typeof schemas;
