import {
  changeOverridesRequest,
  listFlagOverridesRequest,
  listOverridesRequest,
  reportOverridesRequest,
} from '../../shared/contract/override-search-requests';
import {
  addTypedOverrideRequest,
  listTypedOverridesRequest,
  updateTypedOverrideRequest,
} from '../../shared/contract/typed-override-requests';
import type { Operation } from '../operation';

const page = { 200: { description: 'A page of overrides.', body: 'OverridePage' } } as const;

export const typedOverrideOperations = {
  'POST /api/admin/users/{userId}/flag-overrides': {
    tag: 'Overrides',
    summary: 'Give a user a value of a flag',
    request: addTypedOverrideRequest,
    parameters: { checkUser: 'Ask the user pool too whether there is such a user.' },
    condition: 'If-Match',
    answers: { 201: { description: 'A new override.', body: 'Override', headers: ['ETag', 'Location'] } },
    problems: ['FLAG_NOT_FOUND', 'USER_NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_VALUE', 'RATE_LIMITED'],
  },
  'GET /api/admin/users/{userId}/flag-overrides': {
    tag: 'Overrides',
    summary: 'List the values that a user has',
    description: 'In the order of the flags; those that are switched off included.',
    request: listTypedOverridesRequest,
    answers: page,
  },
  'GET /api/admin/users/{userId}/flag-overrides/{flagKey}': {
    tag: 'Overrides',
    summary: 'Read the value that a user has of a flag',
    answers: { 200: { description: 'The override.', body: 'Override', headers: ['ETag'] } },
    problems: ['FLAG_NOT_FOUND', 'OVERRIDE_NOT_FOUND'],
  },
  'PATCH /api/admin/users/{userId}/flag-overrides/{flagKey}': {
    tag: 'Overrides',
    summary: 'Change the value that a user has of a flag',
    description: 'What the body leaves out stays; `null` takes away a `reason` or `expiresAt`.',
    request: updateTypedOverrideRequest,
    condition: 'If-Match',
    answers: { 200: { description: 'The changed override.', body: 'Override', headers: ['ETag'] } },
    problems: ['FLAG_NOT_FOUND', 'OVERRIDE_NOT_FOUND', 'INVALID_VALUE', 'RATE_LIMITED'],
  },
  'DELETE /api/admin/users/{userId}/flag-overrides/{flagKey}': {
    tag: 'Overrides',
    summary: 'Remove the value that a user has of a flag',
    condition: 'If-Match',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['FLAG_NOT_FOUND', 'OVERRIDE_NOT_FOUND', 'RATE_LIMITED'],
  },
  'GET /api/admin/feature-flags/{flagKey}/user-overrides': {
    tag: 'Overrides',
    summary: 'List all overrides of a flag',
    description: 'Of every kind, of devices and users, those that are switched off included.',
    request: listFlagOverridesRequest,
    parameters: { userId: 'Only those of this user.' },
    answers: page,
    problems: ['FLAG_NOT_FOUND'],
  },
  'GET /api/admin/overrides': {
    tag: 'Overrides',
    summary: 'List all overrides of the environment',
    description: 'All filters must hold. A change appears shortly after it was made.',
    request: listOverridesRequest,
    parameters: {
      q: 'Text in the flag key, user id, device id or reason, whatever the case.',
      flagKey: 'Of this flag.',
      userId: 'Of this user.',
      kind: 'Of this kind; values of devices are of kind `value` too.',
      expiresBefore: 'Those that end before this moment.',
      enabled: 'Switched on, or switched off.',
    },
    answers: page,
  },
  'POST /api/admin/overrides/batch': {
    tag: 'Overrides',
    summary: 'Change many overrides alike',
    description:
      'All are checked first: if one is not there, or a value to be switched on or prolonged does not fit its flag, nothing is changed, and `errors` name the items. Each changed override counts once against the limit of its flag, and has its own audit event.',
    request: changeOverridesRequest,
    answers: { 200: { description: 'What became of each.', body: 'OverrideBatch' } },
    problems: ['OVERRIDE_NOT_FOUND', 'INVALID_VALUE', 'RATE_LIMITED'],
  },
  'GET /api/admin/reports/overrides': {
    tag: 'Overrides',
    summary: 'Report on the overrides of the environment',
    request: reportOverridesRequest,
    parameters: { limit: 'How many entries each list has at most.' },
    answers: { 200: { description: 'The report.', body: 'OverrideReport' } },
  },
} as const satisfies Record<string, Operation>;
