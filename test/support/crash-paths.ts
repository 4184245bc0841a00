import type { OverrideCounts } from '../../shared/contract/flag';
import { aRule } from './a-rule';
import { aSegment } from './segments';
import { aCall, type World } from './world';

/** Every write there is, but for imports: what it needs, and what is to be found when it was made. */

type Container = World['container'];

/** What a write is about: a flag of its own, and a user. */
export interface Subject {
  readonly key: string;
  readonly userId: string;
}

export interface CrashPath {
  readonly name: string;
  /** What has to be there before. */
  readonly prepare?: (container: Container, subject: Subject) => Promise<unknown>;
  readonly write: (container: Container, subject: Subject) => Promise<unknown>;
  /** What whoever asks again may be told where the first time was carried out. */
  readonly again?: string;
  readonly event: string;
  readonly counts?: Partial<OverrideCounts>;
}

const createFlag = ({ createFlag: create }: Container, { key }: Subject) => create({ key });

const valueOf = (flagKey: string) => ({ flagKey, value: true, enabled: true });

const addValue = async (container: Container, subject: Subject): Promise<void> => {
  await createFlag(container, subject);
  await container.typed.add(aCall(), subject.userId, valueOf(subject.key), undefined);
};

export const CRASH_PATHS: readonly CrashPath[] = [
  {
    name: 'creating a flag',
    write: createFlag,
    again: 'ALREADY_EXISTS',
    event: 'flag.created',
  },
  {
    name: 'changing a flag',
    prepare: createFlag,
    write: ({ flags }, { key }) => flags.patch(aCall(), key, { enabled: true }),
    event: 'flag.updated',
  },
  {
    name: 'deleting a flag',
    prepare: createFlag,
    write: ({ flags }, { key }) => flags.delete(aCall(), key),
    again: 'FLAG_NOT_FOUND',
    event: 'flag.deleted',
  },
  {
    name: 'adding a rule',
    prepare: createFlag,
    write: ({ rules }, { key }) => rules.add(aCall(), key, aRule({ id: 'a' })),
    again: 'ALREADY_EXISTS',
    event: 'rule.created',
  },
  {
    name: 'creating a segment',
    write: ({ segments }, { key }) => segments.create(aCall(), aSegment({ key })),
    again: 'ALREADY_EXISTS',
    event: 'segment.created',
  },
  {
    name: 'adding an override',
    prepare: createFlag,
    write: ({ put }, { key, userId }) => put(key, userId, 'include'),
    event: 'override.added',
    counts: { include: 1 },
  },
  {
    name: 'replacing an override',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.put(subject.key, subject.userId, 'exclude');
    },
    write: ({ put }, { key, userId }) => put(key, userId, 'exclude', { reason: 'changed' }),
    event: 'override.updated',
    counts: { exclude: 1 },
  },
  {
    name: 'removing two overrides at once',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.put(subject.key, subject.userId, 'include');
      await container.put(subject.key, subject.userId, 'exclude');
    },
    write: ({ remove }, { key, userId }) => remove(key, userId),
    again: 'OVERRIDE_NOT_FOUND',
    event: 'override.removed',
  },
  {
    name: 'adding a value',
    prepare: createFlag,
    write: ({ typed }, { key, userId }) => typed.add(aCall(), userId, valueOf(key), undefined),
    again: 'ALREADY_EXISTS',
    event: 'override.added',
    counts: { value: 1 },
  },
  {
    name: 'switching a value off',
    prepare: addValue,
    write: ({ typed }, { key, userId }) => typed.update(aCall(), userId, key, { enabled: false }),
    event: 'override.updated',
  },
  {
    name: 'removing a value',
    prepare: addValue,
    write: ({ typed }, { key, userId }) => typed.remove(aCall(), userId, key),
    again: 'OVERRIDE_NOT_FOUND',
    event: 'override.removed',
  },
  {
    name: 'pinning values of a user',
    prepare: createFlag,
    write: ({ pin }, { key, userId }) => pin({ userId }, { [key]: true }),
    event: 'user.feature_flags.changed',
    counts: { value: 1 },
  },
  {
    name: 'pinning values of a device',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.putDevice(subject.userId, `${subject.key}-phone`);
    },
    write: ({ pin }, { key }) => pin({ deviceId: `${key}-phone` }, { [key]: true }),
    event: 'device.feature_flags.changed',
  },
  {
    name: 'registering a device',
    prepare: createFlag,
    write: ({ putDevice }, { key, userId }) => putDevice(userId, `${key}-phone`),
    event: 'device.registered',
  },
  {
    name: 'changing overrides together',
    prepare: addValue,
    write: ({ batches }, { key, userId }) =>
      batches.change(aCall(), { action: 'disable', items: [{ flagKey: key, userId, kind: 'value' }] }),
    event: 'override.updated',
  },
];
