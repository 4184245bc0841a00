import { type Container, type CrashPath, isOneChange, type Subject } from '../../support/crashing';
import { aCall } from '../../support/world';

const createFlag = ({ createFlag: create }: Container, { key }: Subject) => create({ key });

const valueOf = (flagKey: string) => ({ flagKey, value: true, enabled: true });

const addValue = async (container: Container, subject: Subject): Promise<void> => {
  await createFlag(container, subject);
  await container.typed.add(aCall(), subject.userId, valueOf(subject.key), undefined);
};

const PATHS: readonly CrashPath[] = [
  {
    name: 'adding an override',
    prepare: createFlag,
    write: ({ put }, { key, userId }) => put(key, userId, 'include'),
    events: { 'override.added': 1 },
    counts: { include: 1 },
  },
  {
    name: 'replacing an override',
    prepare: async (container, subject) => {
      await createFlag(container, subject);
      await container.put(subject.key, subject.userId, 'exclude');
    },
    write: ({ put }, { key, userId }) => put(key, userId, 'exclude', { reason: 'changed' }),
    events: { 'override.updated': 1 },
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
    events: { 'override.removed': 1 },
  },
  {
    name: 'adding a value',
    prepare: createFlag,
    write: ({ typed }, { key, userId }) => typed.add(aCall(), userId, valueOf(key), undefined),
    again: 'ALREADY_EXISTS',
    events: { 'override.added': 1 },
    counts: { value: 1 },
  },
  {
    name: 'switching a value off',
    prepare: addValue,
    write: ({ typed }, { key, userId }) => typed.update(aCall(), userId, key, { enabled: false }),
    events: { 'override.updated': 1 },
  },
  {
    name: 'removing a value',
    prepare: addValue,
    write: ({ typed }, { key, userId }) => typed.remove(aCall(), userId, key),
    again: 'OVERRIDE_NOT_FOUND',
    events: { 'override.removed': 1 },
  },
  {
    name: 'pinning values of a user',
    prepare: createFlag,
    write: ({ pin }, { key, userId }) => pin({ userId }, { [key]: true }),
    events: { 'user.feature_flags.changed': 1 },
    counts: { value: 1 },
  },
  {
    name: 'changing overrides together',
    prepare: async (container, subject) => {
      await addValue(container, subject);
      await container.put(subject.key, subject.userId, 'include');
    },
    write: ({ batches }, { key: flagKey, userId }) =>
      batches.change(aCall(), {
        action: 'disable',
        items: [
          { flagKey, userId, kind: 'value' },
          { flagKey, userId, kind: 'include' },
        ],
      }),
    events: { 'override.updated': 2 },
  },
];

it.each(PATHS)('$name is one change, wherever the container that makes it dies', isOneChange);
