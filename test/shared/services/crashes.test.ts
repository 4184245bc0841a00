import { withDeadline } from '../../../shared/deadline';
import type { OverrideCounts } from '../../../shared/contract/flag';
import { aRule } from '../../support/a-rule';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { aSegment } from '../../support/segments';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

/**
 * A container dies at each of the calls of each write, before or after the table carried that call out. Whoever asked
 * asks again. Then there is one change, one entry of the log, and counters that are right.
 */

let world: World;
let stream: StreamDrive;

beforeAll(async () => {
  world = await openWorld();
  stream = driveStream(world);
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

type Container = World['container'];

/** What a write is about: a flag of its own, and a user. */
interface Subject {
  readonly key: string;
  readonly userId: string;
}

interface Path {
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

const PATHS: Path[] = [
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
];

/** What a client is given before it gives up on a container that has died. */
const PATIENCE_MS = 250;

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

const attempt = async (write: Path['write'], subject: Subject): Promise<unknown> => {
  try {
    await withDeadline(PATIENCE_MS, () => write(world.newContainer(), subject));
    return 'done';
  } catch (error) {
    return codeOf(error);
  }
};

const countsOf = async (key: string): Promise<OverrideCounts | undefined> => {
  const page = { after: undefined, limit: 500, q: key, tag: undefined, state: undefined };
  const { items } = await world.newContainer().flags.list(ENVIRONMENT, page);
  return items.find((flag) => flag.key === key)?.overrideCounts;
};

let subjects = 0;

const prepared = async ({ prepare }: Path): Promise<Subject> => {
  subjects += 1;
  const subject = { key: `crash-${subjects}`, userId: aUserId() };
  await prepare?.(world.newContainer(), subject);
  return subject;
};

const callsOf = async (path: Path): Promise<number> => {
  const subject = await prepared(path);
  const before = world.proxy.calls.length;
  await path.write(world.newContainer(), subject);
  return world.proxy.calls.length - before;
};

describe.each(PATHS)('$name', (path) => {
  it('is one change, wherever the container that makes it dies', async () => {
    const calls = await callsOf(path);
    expect(calls).toBeGreaterThan(1);
    const crashed: Subject[] = [];
    for (let after = 0; after < calls; after += 1) {
      for (const isCarriedOut of [false, true]) {
        const subject = await prepared(path);
        world.proxy.crash(after, isCarriedOut);
        await attempt(path.write, subject);
        world.proxy.heal();
        const retried = await path.write(world.newContainer(), subject).then(() => 'done', codeOf);
        expect(['done', path.again]).toContain(retried);
        crashed.push(subject);
      }
    }
    await stream.deliver(await stream.records());
    const log = await stream.auditLog();
    for (const { key } of crashed) {
      const entries = log.filter(
        ({ event, flagKey, after }) =>
          event === path.event && (flagKey === key || (after as { key?: string } | null)?.key === key),
      );
      expect(entries).toHaveLength(1);
      const counts = await countsOf(key);
      expect(counts ?? {}).toMatchObject(
        counts === undefined ? {} : { include: 0, exclude: 0, value: 0, ...path.counts },
      );
    }
    expect(await stream.unattributed()).toEqual([]);
  });
});
