import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from './ports';

/** Service name, namespace and level come from the POWERTOOLS_… variables of the function. */
const logger = new Logger();
const metrics = new Metrics();

/** Every line of this invocation carries the id of its request. */
export const startInvocation = (requestId: string, functionName: string): void => {
  logger.resetKeys();
  logger.appendKeys({ requestId, functionName });
};

const emit = (metric: string, value: number, dimensions: Readonly<Record<string, string>>): void => {
  const single = metrics.singleMetric();
  for (const [name, of] of Object.entries(dimensions)) {
    single.addDimension(name, of);
  }
  single.addMetric(metric, MetricUnit.Count, value);
};

/** Structured log lines and CloudWatch metrics (embedded metric format); nothing else writes to standard output. */
export const telemetry: Telemetry = {
  info: (message, data = {}) => {
    logger.info(message, data);
  },
  warn: (message, data = {}) => {
    logger.warn(message, data);
  },
  error: (message, data = {}) => {
    logger.error(message, data);
  },
  count: (metric, dimensions = {}, by = 1) => {
    emit(metric, by, dimensions);
  },
  gauge: (metric, value, dimensions) => {
    emit(metric, value, dimensions);
  },
};
