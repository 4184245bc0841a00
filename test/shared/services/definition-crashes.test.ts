import { aRule, isInSegment } from '../../support/a-rule';
import { type Container, type CrashPath, isOneChange, type Subject } from '../../support/crashing';
import { aSegment } from '../../support/segments';
import { aCall, ENVIRONMENT } from '../../support/world';

const createFlag = ({ createFlag: create }: Container, { key }: Subject) => create({ key });

const createSegment = ({ segments }: Container, { key }: Subject) =>
  segments.create(aCall(), aSegment({ key }));

/** A flag with two rules, of which one names a segment. */
const createRules = async (container: Container, subject: Subject): Promise<void> => {
  const { key } = subject;
  await createSegment(container, subject);
  const rules = [aRule({ id: 'a' }), aRule({ id: 'b', conditions: [isInSegment(key)] })];
  await container.flags.create(aCall(), { key, type: 'boolean', rules });
};

const staging = aCall({ environment: 'staging' });

const createElsewhere = ({ flags }: Container, { key }: Subject) =>
  flags.create(staging, { key, type: 'boolean', enabled: true });

const PATHS: readonly CrashPath[] = [
  {
    name: 'creating a flag',
    write: createFlag,
    again: 'ALREADY_EXISTS',
    events: { 'flag.created': 1 },
  },
  {
    name: 'changing a flag',
    prepare: createFlag,
    write: ({ flags }, { key }) => flags.patch(aCall(), key, { enabled: true }),
    events: { 'flag.updated': 1 },
  },
  {
    name: 'killing a flag',
    prepare: createFlag,
    write: ({ flags }, { key }) => flags.changeState(aCall(), key, 'kill', 'broken'),
    events: { 'flag.killed': 1 },
  },
  {
    name: 'deleting a flag',
    prepare: createFlag,
    write: ({ flags }, { key }) => flags.delete(aCall(), key),
    again: 'FLAG_NOT_FOUND',
    events: { 'flag.deleted': 1 },
  },
  {
    name: 'copying a flag to where there is none',
    prepare: createElsewhere,
    write: ({ copies }, { key }) => copies.copy(staging, key, ENVIRONMENT),
    events: { 'flag.copied': 1 },
  },
  {
    name: 'copying a flag over another',
    prepare: async (container, subject) => {
      await createElsewhere(container, subject);
      await createFlag(container, subject);
    },
    write: ({ copies }, { key }) => copies.copy(staging, key, ENVIRONMENT),
    events: { 'flag.copied': 1 },
  },
  {
    name: 'a schema that comes by force',
    prepare: async ({ createFlag: create, typed, putDevice, pin }, { key: flagKey, userId, deviceId }) => {
      await create({ key: flagKey, type: 'number', variants: { on: 2, off: 1 } });
      await typed.add(aCall(), userId, { flagKey, value: 50, enabled: true }, undefined);
      await putDevice(userId, deviceId);
      await pin({ deviceId }, { [flagKey]: 60 });
    },
    write: ({ flags }, { key }) => flags.patch(aCall({ force: true }), key, { valueSchema: { maximum: 9 } }),
    events: { 'flag.updated': 1, 'override.updated': 2 },
  },
  {
    name: 'adding a rule',
    prepare: createFlag,
    write: ({ rules }, { key }) => rules.add(aCall(), key, aRule({ id: 'a' })),
    again: 'ALREADY_EXISTS',
    events: { 'rule.created': 1 },
  },
  {
    name: 'replacing a rule',
    prepare: createRules,
    write: ({ rules }, { key }) => rules.replace(aCall(), key, 'b', aRule({ name: 'Replaced' })),
    events: { 'rule.updated': 1 },
  },
  {
    name: 'reordering rules',
    prepare: createRules,
    write: ({ rules }, { key }) => rules.reorder(aCall(), key, ['b', 'a']),
    events: { 'rule.reordered': 1 },
  },
  {
    name: 'removing a rule',
    prepare: createRules,
    write: ({ rules }, { key }) => rules.remove(aCall(), key, 'b'),
    again: 'RULE_NOT_FOUND',
    events: { 'rule.deleted': 1 },
  },
  {
    name: 'creating a segment',
    write: createSegment,
    again: 'ALREADY_EXISTS',
    events: { 'segment.created': 1 },
  },
  {
    name: 'replacing a segment that a flag names',
    prepare: createRules,
    write: ({ segments }, { key }) => segments.replace(aCall(), key, aSegment({ key, operator: 'OR' })),
    events: { 'segment.updated': 1 },
  },
  {
    name: 'deleting a segment',
    prepare: createSegment,
    write: ({ segments }, { key }) => segments.delete(aCall(), key),
    again: 'SEGMENT_NOT_FOUND',
    events: { 'segment.deleted': 1 },
  },
];

it.each(PATHS)('$name is one change, wherever the container that makes it dies', isOneChange);
