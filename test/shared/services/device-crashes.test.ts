import { type Container, type CrashPath, isOneChange, type Subject } from '../../support/crashing';
import { aCall } from '../../support/world';

const register = async (
  { createFlag, putDevice }: Container,
  { key, userId, deviceId }: Subject,
): Promise<void> => {
  await createFlag({ key });
  await putDevice(userId, deviceId);
};

const registerAndPin = async (container: Container, subject: Subject): Promise<void> => {
  await register(container, subject);
  await container.pin({ deviceId: subject.deviceId }, { [subject.key]: true });
};

const PATHS: readonly CrashPath[] = [
  {
    name: 'registering a device',
    write: ({ putDevice }, { userId, deviceId }) => putDevice(userId, deviceId),
    events: { 'device.registered': 1 },
  },
  {
    name: 'changing a device',
    prepare: register,
    write: ({ putDevice }, { userId, deviceId }) => putDevice(userId, deviceId, 'charger'),
    events: { 'device.updated': 1 },
  },
  {
    name: 'changing a device with a value into a charger',
    prepare: registerAndPin,
    write: ({ putDevice }, { userId, deviceId }) => putDevice(userId, deviceId, 'charger'),
    events: { 'device.feature_flags.changed': 1, 'device.updated': 1 },
  },
  {
    name: 'pinning values of a device',
    prepare: register,
    write: ({ pin }, { key, deviceId }) => pin({ deviceId }, { [key]: true }),
    events: { 'device.feature_flags.changed': 1 },
    counts: { device: 1 },
  },
  {
    name: 'removing a device with a value',
    prepare: registerAndPin,
    write: ({ devices }, { userId, deviceId }) => devices.remove(aCall(), userId, deviceId),
    again: 'DEVICE_NOT_FOUND',
    events: { 'device.feature_flags.changed': 1, 'device.removed': 1 },
  },
  {
    name: 'removing a device with a value, of a version that is named',
    prepare: registerAndPin,
    write: ({ devices }, { userId, deviceId }) => devices.remove(aCall({ ifMatch: [1] }), userId, deviceId),
    again: 'DEVICE_NOT_FOUND',
    events: { 'device.feature_flags.changed': 1, 'device.removed': 1 },
  },
  {
    name: 'removing a person with overrides here and elsewhere and a device',
    prepare: async (container, subject) => {
      const { key, userId } = subject;
      await registerAndPin(container, subject);
      await container.put(key, userId, 'include');
      await container.typed.add(aCall(), userId, { flagKey: key, value: true, enabled: true }, undefined);
      const staging = aCall({ environment: 'staging' });
      await container.flags.create(staging, { key, type: 'boolean' });
      await container.overrides.put(staging, key, { userId, overrideType: 'exclude' }, undefined);
    },
    write: ({ departures }, { userId }) => departures.remove(aCall(), userId),
    again: 'USER_NOT_FOUND',
    events: { 'override.removed': 2, 'device.feature_flags.changed': 1, 'device.removed': 1 },
  },
];

it.each(PATHS)('$name is one change, wherever the container that makes it dies', isOneChange);
