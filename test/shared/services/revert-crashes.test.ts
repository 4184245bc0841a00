import type { AuditEventName } from '../../../shared/contract/audit';
import {
  type Container,
  type CrashPath,
  isAbout,
  isOneChange,
  type Step,
  type Subject,
} from '../../support/crashing';
import { aSegment } from '../../support/segments';
import { aCall, ENVIRONMENT } from '../../support/world';

const createFlag = ({ createFlag: create }: Container, { key }: Subject) => create({ key });

/** Takes back what the log has of the subject when the write is first asked for. */
const revertOf =
  (event: AuditEventName): Step =>
  async ({ audit, reverts }, subject) => {
    const { items } = await audit.list({ environment: ENVIRONMENT, event, limit: 500 });
    const entry = items.find((each) => isAbout(each, subject));
    return reverts.revert(aCall(), String(entry?.id));
  };

const includeAndExclude = async (container: Container, subject: Subject): Promise<void> => {
  await createFlag(container, subject);
  await container.put(subject.key, subject.userId, 'include', { reason: 'first' });
  await container.put(subject.key, subject.userId, 'exclude');
};

/** Who asks again, where the first time was carried out, finds that the thing has moved on. */
const again = 'VERSION_CONFLICT';

const PATHS: readonly CrashPath[] = [
  {
    name: 'an added override',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.put(subject.key, subject.userId, 'include');
    },
    write: revertOf('override.added'),
    again,
    events: { 'override.removed': 1 },
  },
  {
    name: 'the removal of two overrides',
    prepare: async (container, subject) => {
      await includeAndExclude(container, subject);
      await container.remove(subject.key, subject.userId);
    },
    write: revertOf('override.removed'),
    again,
    events: { 'override.added': 1 },
    counts: { include: 1, exclude: 1 },
  },
  {
    name: 'a changed value',
    prepare: async (container, { key, userId }) => {
      await container.createFlag({ key });
      await container.typed.add(aCall(), userId, { flagKey: key, value: true, enabled: true }, undefined);
      await container.typed.update(aCall(), userId, key, { enabled: false });
    },
    write: revertOf('override.updated'),
    again,
    events: { 'override.updated': 1 },
    counts: { value: 1 },
  },
  {
    name: 'the end of a device',
    prepare: async ({ createFlag: create, putDevice, devices }, { key, userId, deviceId }) => {
      await create({ key });
      await putDevice(userId, deviceId);
      await devices.remove(aCall(), userId, deviceId);
    },
    write: revertOf('device.removed'),
    again,
    events: { 'device.registered': 1 },
  },
  {
    name: 'pinned values of several flags',
    prepare: async ({ createFlag: create, pin }, { key, userId }) => {
      await create({ key });
      await create({ key: `${key}-too` });
      await pin({ userId }, { [key]: true, [`${key}-too`]: false });
    },
    write: revertOf('user.feature_flags.changed'),
    again,
    events: { 'user.feature_flags.changed': 1 },
  },
  {
    name: 'a changed flag',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.flags.patch(aCall(), subject.key, { enabled: true });
    },
    write: revertOf('flag.updated'),
    again,
    events: { 'flag.updated': 1 },
  },
  {
    name: 'a created flag',
    prepare: createFlag,
    write: revertOf('flag.created'),
    again,
    events: { 'flag.deleted': 1 },
  },
  {
    name: 'a deleted flag',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.flags.delete(aCall(), subject.key);
    },
    write: revertOf('flag.deleted'),
    again,
    events: { 'flag.created': 1 },
  },
  {
    name: 'a changed segment',
    prepare: async ({ segments }, { key }) => {
      await segments.create(aCall(), aSegment({ key }));
      await segments.replace(aCall(), key, aSegment({ key, operator: 'OR' }));
    },
    write: revertOf('segment.updated'),
    again,
    events: { 'segment.updated': 1 },
  },
];

it.each(PATHS)('reverting $name is one change, wherever the container that makes it dies', isOneChange);
