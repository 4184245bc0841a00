import { UserOverrideSchema, UserOverridesListResponseSchema } from '../../shared/contract/override-answers';
import { AddUserOverrideRequestSchema } from '../../shared/contract/override-requests';
import { named } from '../named-schema';
import { pageFields, serverFields } from './fields';

const overrideType = '`include`: the on variant for this user; `exclude`: the off variant.';

export const overrideSchemas = {
  UserOverride: named(UserOverrideSchema, 'An override of one user on one flag of one environment.', {
    ...serverFields,
    overrideType,
    enabled: 'There where it is false: switched off, the override is kept and does not count.',
    expiresAt: 'The override counts strictly before this moment; null: until it is removed.',
  }),
  UserOverridesList: named(
    UserOverridesListResponseSchema,
    'Overrides in the order of their user ids; `limit` counts both lists together.',
    pageFields,
  ),
  AddUserOverrideRequest: named(
    AddUserOverrideRequestSchema,
    'An override as it is to be.',
    {
      userId: 'The `sub` of the user; upper case is read as lower case.',
      overrideType,
      enabled: 'Left out: true.',
      reason: 'For people; left out: null.',
      expiresAt: 'A moment in the future; left out: null.',
      flagKey: 'May repeat the flag of the path.',
    },
    { userId: '7d3f0c2a-5b1e-4c8d-9a6f-2e4b8c1d7f30', overrideType: 'include', reason: 'Beta tester' },
  ),
};
