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
  count: (metric, dimensions = {}) => {
    const single = metrics.singleMetric();
    for (const [name, value] of Object.entries(dimensions as Record<string, string>)) {
      single.addDimension(name, value);
    }
    single.addMetric(metric, MetricUnit.Count, 1);
  },
};
