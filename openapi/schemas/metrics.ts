import { MetricsResponseSchema } from '../../shared/contract/metrics';
import { named } from '../named-schema';

export const metricsSchemas = {
  Metrics: named(MetricsResponseSchema, 'The text format of Prometheus, version 0.0.4.'),
};
