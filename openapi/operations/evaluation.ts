import type { Operation } from '../operation';

const CLIENT = ['X-Device-Id', 'X-App-Version', 'X-Timezone'] as const;

export const evaluationOperations = {
  'GET /api/health': {
    id: 'getHealth',
    tag: 'System',
    summary: 'Whether the API answers',
    description: 'Touches no data: says that gateway and functions answer.',
    answers: { 200: { description: 'It does.', body: 'Health' } },
  },
  'GET /api/openapi.json': {
    id: 'getOpenApi',
    tag: 'System',
    summary: 'This document',
    condition: 'If-None-Match',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', body: 'OpenApiDocument', headers: ['ETag'] } },
  },
  'GET /api/config/flags': {
    tag: 'Evaluation',
    summary: 'Values by flag key',
    description:
      'For a client that only wants values. `ETag` stands for the whole answer: with `If-None-Match` it is 304 as long as nothing changed for this caller.',
    headers: CLIENT,
    condition: 'If-None-Match',
    answers: { 200: { description: 'The values.', body: 'ConfigFlags', headers: ['ETag'] } },
  },
  'GET /api/feature-flags': {
    tag: 'Evaluation',
    summary: 'Values with their reasons',
    headers: CLIENT,
    answers: { 200: { description: 'The flags, in the order of their keys.', body: 'FeatureFlags' } },
  },
  'GET /api/flags/me': {
    tag: 'Evaluation',
    summary: 'Values of the caller, with what decided',
    headers: CLIENT,
    answers: { 200: { description: 'The flags.', body: 'MyFlags' } },
  },
} as const satisfies Record<string, Operation>;
