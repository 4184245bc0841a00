import { DeviceSchema, DeviceTypeSchema } from '../../shared/contract/device';
import { PutDeviceRequestSchema } from '../../shared/contract/device-requests';
import {
  ChangeFeatureFlagsRequestSchema,
  ChangeFeatureFlagsResponseSchema,
  DeviceFlagsResponseSchema,
  ShadowedSchema,
  SubjectFlagSchema,
  UserFlagsResponseSchema,
} from '../../shared/contract/feature-flags';
import { pageSchema } from '../../shared/contract/primitives';
import { named } from '../named-schema';
import { pageFields, serverFields } from './fields';

const panelFields = {
  environment: 'The environment that was asked for.',
  flags: 'Every flag that is not archived, in the order of their keys.',
};

export const deviceSchemas = {
  DeviceType: named(DeviceTypeSchema, 'What kind of device it is. A `charger` has no feature flags.'),
  Device: named(DeviceSchema, 'A device that is registered to a user, in every environment.', {
    version: serverFields.version,
    createdBy: serverFields.createdBy,
    updatedBy: serverFields.updatedBy,
    userId: 'Whose device it is.',
    name: 'For people; null: it has none.',
  }),
  DevicePage: named(pageSchema(DeviceSchema), 'Devices in the order of their ids.', pageFields),
  PutDeviceRequest: named(
    PutDeviceRequestSchema,
    'A device as it is to be.',
    {
      name: 'For people; left out: null.',
      deviceId: 'May repeat the device of the path.',
      userId: 'May repeat whose device it is.',
    },
    { type: 'phone', name: "Alice's phone" },
  ),
  Shadowed: named(ShadowedSchema, 'What would have decided, had nothing before it.', {
    kind: 'Null where it is no override.',
    expiresAt: 'When the override ends; null: never, or it is no override.',
  }),
  SubjectFlag: named(SubjectFlagSchema, 'A flag as somebody has it.', {
    variant: 'Null for a value that is no variant.',
    override: 'The override that decided, or null.',
    shadowed: 'In the order in which they are asked.',
  }),
  UserFlags: named(UserFlagsResponseSchema, 'All flags of an environment as a user has them.', panelFields),
  DeviceFlags: named(
    DeviceFlagsResponseSchema,
    'All flags of an environment as the owner of a device has them there.',
    { ...panelFields, userId: 'Whose device it is.' },
  ),
  ChangeFeatureFlagsRequest: named(
    ChangeFeatureFlagsRequestSchema,
    'Values of several flags.',
    { flags: 'Where several entries name a flag, the last one counts. `null` clears the value.' },
    { flags: [{ key: 'new-checkout', value: true }] },
  ),
  ChangeFeatureFlagsResponse: named(ChangeFeatureFlagsResponseSchema, 'The change is made.', {
    flags: 'The values that are pinned now, by flag key: of overrides that are enabled and have not expired.',
  }),
};
