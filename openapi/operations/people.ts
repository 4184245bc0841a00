import { listPeopleRequest } from '../../shared/contract/person';
import type { Operation } from '../operation';

export const peopleOperations = {
  'GET /api/admin/users': {
    tag: 'People',
    summary: 'Find people',
    description: 'Users of the pool, in its own order. A page has at most 60.',
    request: listPeopleRequest,
    parameters: { q: 'The beginning of an e-mail address, or a whole user id.' },
    answers: { 200: { description: 'A page of people.', body: 'PersonPage' } },
  },
  'DELETE /api/admin/users/{userId}': {
    tag: 'People',
    summary: 'Remove what a person has',
    description:
      'Every override and every registered device, in all environments; the user of the pool stays as it is. What was interrupted goes on when it is asked for again.',
    answers: { 204: { description: 'Nothing of theirs is left.' } },
    problems: ['USER_NOT_FOUND'],
  },
} as const satisfies Record<string, Operation>;
