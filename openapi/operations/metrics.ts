import type { Operation } from '../operation';

export const metricsOperations = {
  'GET /api/admin/metrics': {
    tag: 'Metrics',
    summary: 'Metrics of an environment',
    description: 'Counters and gauges in the text format of Prometheus.',
    answers: {
      200: { description: 'The metrics.', body: 'Metrics', mediaType: 'text/plain' },
    },
  },
} as const satisfies Record<string, Operation>;
