import { OverrideSchema } from '../../shared/contract/override-answers';
import {
  OverrideBatchRequestSchema,
  OverrideBatchResponseSchema,
  OverridePageSchema,
  OverrideReportSchema,
} from '../../shared/contract/override-search';
import {
  AddTypedOverrideRequestSchema,
  UpdateTypedOverrideRequestSchema,
} from '../../shared/contract/typed-override';
import { named } from '../named-schema';
import { pageFields, serverFields } from './fields';

const place = {
  userId: 'May repeat the user of the path.',
  deviceId: 'May be repeated.',
  kind: 'May be repeated.',
};

const decided = {
  value: 'Of the type of the flag, and as its `valueSchema` says; at most 64 KiB of JSON. Null is no value.',
  enabled: 'While false, the override is kept and does not count.',
  reason: 'For people.',
  expiresAt: 'A moment in the future; null: until it is removed.',
};

export const typedOverrideSchemas = {
  Override: named(OverrideSchema, 'An override of any kind, of a user or a device.', {
    ...serverFields,
    userId: 'Null where it is of a device.',
    deviceId: 'Null where it is of a user.',
    kind: '`include`: the on variant; `exclude`: the off variant; `value`: its own value. A device has only `value`.',
    value: 'Null where the kind is another than `value`.',
    enabled: 'While false, it does not count.',
    expiresAt: 'It counts strictly before this moment; null: until it is removed.',
  }),
  OverridePage: named(OverridePageSchema, 'Overrides.', pageFields),
  AddTypedOverrideRequest: named(
    AddTypedOverrideRequestSchema,
    'The value of a flag for a user.',
    { ...decided, ...place },
    { flagKey: 'theme', value: 'contrast', reason: 'Asked for it' },
  ),
  UpdateTypedOverrideRequest: named(UpdateTypedOverrideRequestSchema, 'What it leaves out stays.', {
    ...decided,
    ...place,
    flagKey: 'May repeat the flag of the path.',
  }),
  OverrideBatchRequest: named(
    OverrideBatchRequestSchema,
    'One action for up to a hundred overrides of users.',
    {
      action: '`extend` moves the end of those that would end before `expiresAt`.',
      expiresAt: 'A moment in the future; with `extend`, and only there.',
      items: 'An override that is named twice is changed once.',
    },
    {
      action: 'disable',
      items: [{ flagKey: 'theme', userId: '7d3f0c2a-5b1e-4c8d-9a6f-2e4b8c1d7f30', kind: 'value' }],
    },
  ),
  OverrideBatch: named(OverrideBatchResponseSchema, 'What became of each override.', {
    ok: 'Whether every override is as it was asked to be.',
    dryRun: 'Then nothing was written, and `results` are what there would be.',
    changed: 'How many different overrides were changed.',
    unchanged: 'How many were as asked already.',
    results:
      'In the order of the items. `gone`: it was there at first, and somebody removed it meanwhile; `failed`: the table did not answer in time, after others were written, and it may have been changed; or its flag got another schema meanwhile, which the value does not fit.',
  }),
  OverrideReport: named(OverrideReportSchema, 'Where to look when overrides have become many.', {
    at: 'When it was made.',
    neverExpiring: 'Those without an end, the oldest first.',
    oldest: 'The oldest first.',
    expiringSoon: 'Those that end, the next to end first.',
    mostTargetedUsers: 'How many overrides of any kind a user has.',
    mostOverriddenFlags: 'How many overrides of a flag are switched on, in all and by kind.',
    totals: 'How many were looked at.',
    isComplete: 'False where there is more than one request looks at; the figures are then of a part.',
  }),
};
