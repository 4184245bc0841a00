import {
  listUserOverridesRequest,
  putUserOverrideRequest,
  removeUserOverrideRequest,
} from '../../shared/contract/override-requests';
import type { Operation } from '../operation';

export const overrideOperations = {
  'POST /api/admin/flags/{flagKey}/users': {
    tag: 'Overrides',
    summary: 'Include or exclude a user',
    description: 'Adds the override, or replaces the one of that type.',
    request: putUserOverrideRequest,
    parameters: { checkUser: 'Ask the user pool too whether there is such a user.' },
    condition: 'If-Match',
    answers: {
      201: { description: 'A new override.', body: 'UserOverride', headers: ['ETag', 'Location'] },
      200: { description: 'It replaced one of that type.', body: 'UserOverride', headers: ['ETag'] },
    },
    problems: ['FLAG_NOT_FOUND', 'USER_NOT_FOUND', 'RATE_LIMITED'],
  },
  'GET /api/admin/flags/{flagKey}/users': {
    tag: 'Overrides',
    summary: 'List the includes and excludes of a flag',
    request: listUserOverridesRequest,
    answers: { 200: { description: 'A page of overrides.', body: 'UserOverridesList' } },
    problems: ['FLAG_NOT_FOUND'],
  },
  'DELETE /api/admin/flags/{flagKey}/users/{userId}': {
    tag: 'Overrides',
    summary: 'Remove the include and exclude of a user',
    description:
      'Without `overrideType` both go, as one change; `If-Match` must then match each of them. What is not there is answered 404.',
    request: removeUserOverrideRequest,
    parameters: { overrideType: 'Remove only this one.' },
    condition: 'If-Match',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['FLAG_NOT_FOUND', 'OVERRIDE_NOT_FOUND', 'RATE_LIMITED'],
  },
} as const satisfies Record<string, Operation>;
