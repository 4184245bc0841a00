import { PersonPageSchema, PersonSchema } from '../../shared/contract/person';
import { named } from '../named-schema';
import { pageFields } from './fields';

export const peopleSchemas = {
  Person: named(PersonSchema, 'A user of the pool.', {
    userId: 'The `sub`.',
    groups: 'Only where one person was asked for by id.',
    enabled: 'Whether they may sign in.',
    status: 'As the pool spells it, for example `CONFIRMED`.',
    createdAt: 'UTC.',
  }),
  PersonPage: named(PersonPageSchema, 'People, in the order of the pool.', pageFields),
};
