import { ReplaceFlagRequestSchema } from '../../shared/contract/flag';
import {
  changeFlagStateRequest,
  copyFlagRequest,
  createFlagRequest,
  deleteFlagRequest,
  listFlagsRequest,
  updateFlagRequest,
} from '../../shared/contract/flag-requests';
import type { Operation } from '../operation';
import { flagSchemas } from '../schemas/flags';

const theFlag = (description: string) => ({ description, body: 'Flag', headers: ['ETag'] }) as const;

/** Of every route that may change a `valueSchema`. */
const force = {
  force:
    'Change the flag although values of overrides no longer fit its `valueSchema`, and switch these off. Without it they are answered 409.',
};

const patch = {
  description:
    'A JSON merge patch: what the body leaves out stays. `null` takes away a `name`, `description`, `owner`, `valueSchema` or a variant; elsewhere it is only taken where the field is null already.',
  tag: 'Flags',
  request: { ...updateFlagRequest, body: flagSchemas.PatchFlagRequest.schema },
  parameters: force,
  mediaTypes: ['application/json', 'application/merge-patch+json'],
  condition: 'If-Match',
  answers: { 200: theFlag('The changed flag.') },
  problems: ['FLAG_NOT_FOUND', 'INVALID_VALUE', 'IN_USE'],
} as const satisfies Omit<Operation, 'summary'>;

const changeOfState = (id: string, summary: string) =>
  ({
    id,
    tag: 'Flags',
    summary,
    request: changeFlagStateRequest,
    condition: 'If-Match',
    answers: { 200: theFlag('The flag.') },
    problems: ['FLAG_NOT_FOUND'],
  }) as const satisfies Operation;

export const flagOperations = {
  'POST /api/admin/flags': {
    tag: 'Flags',
    summary: 'Create a flag',
    description:
      'A flag of a key that was used before is a new one: it has none of the overrides of the former flag.',
    request: createFlagRequest,
    condition: 'If-Match',
    answers: {
      201: { description: 'The new flag.', body: 'Flag', headers: ['ETag', 'Location'] },
      200: theFlag('A dry run: the flag as it would be.'),
    },
    problems: ['ALREADY_EXISTS', 'INVALID_VALUE'],
  },
  'GET /api/admin/flags': {
    tag: 'Flags',
    summary: 'List flags',
    description: 'Archived ones included.',
    request: listFlagsRequest,
    parameters: {
      q: 'Text in the key, name, description or owner, whatever the case.',
      tag: 'One of the tags, exactly.',
      state: 'Flags of this state only.',
    },
    answers: { 200: { description: 'A page of flags.', body: 'FlagPage' } },
  },
  'GET /api/admin/flags/{flagKey}': {
    tag: 'Flags',
    summary: 'Read a flag',
    answers: { 200: theFlag('The flag.') },
    problems: ['FLAG_NOT_FOUND'],
  },
  'PUT /api/admin/flags/{flagKey}': {
    id: 'replaceFlag',
    tag: 'Flags',
    summary: 'Replace the definition of a flag',
    description: 'What the body leaves out takes its default. It does not create.',
    request: { ...updateFlagRequest, body: ReplaceFlagRequestSchema },
    parameters: force,
    condition: 'If-Match',
    answers: { 200: theFlag('The changed flag.') },
    problems: ['FLAG_NOT_FOUND', 'INVALID_VALUE', 'IN_USE'],
  },
  'PATCH /api/admin/flags/{flagKey}': { ...patch, id: 'patchFlag', summary: 'Change some of a flag' },
  'POST /api/admin/flags/{flagKey}': { ...patch, id: 'postFlag', summary: 'The same as PATCH' },
  'DELETE /api/admin/flags/{flagKey}': {
    tag: 'Flags',
    summary: 'Delete a flag',
    description: 'Its overrides stop counting at once.',
    request: deleteFlagRequest,
    condition: 'If-Match',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['FLAG_NOT_FOUND'],
  },
  'POST /api/admin/flags/{flagKey}/copy': {
    tag: 'Flags',
    summary: 'Copy a flag to another environment',
    description:
      'Definition, rules and rollout, not its overrides; replaces what is there. `If-Match` and the answer are about the flag of the other environment.',
    request: copyFlagRequest,
    parameters: force,
    condition: 'If-Match',
    answers: {
      200: theFlag('The replaced flag of the other environment; a dry run too.'),
      201: { description: 'The new flag there.', body: 'Flag', headers: ['ETag', 'Location'] },
    },
    problems: ['FLAG_NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_VALUE', 'IN_USE'],
  },
  'POST /api/admin/flags/{flagKey}/enable': changeOfState('enableFlag', 'Enable a flag'),
  'POST /api/admin/flags/{flagKey}/disable': changeOfState('disableFlag', 'Disable a flag'),
  'POST /api/admin/flags/{flagKey}/archive': changeOfState('archiveFlag', 'Make a flag absent for everybody'),
  'POST /api/admin/flags/{flagKey}/restore': changeOfState('restoreFlag', 'Bring an archived flag back'),
  'POST /api/admin/flags/{flagKey}/kill': changeOfState(
    'killFlag',
    'Turn a flag off for everybody, overrides included',
  ),
  'POST /api/admin/flags/{flagKey}/revive': changeOfState('reviveFlag', 'End the kill of a flag'),
} as const satisfies Record<string, Operation>;
