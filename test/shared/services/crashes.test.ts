import { withDeadline } from '../../../shared/deadline';
import type { AuditEvent } from '../../../shared/contract/audit';
import type { OverrideCounts } from '../../../shared/contract/flag';
import { CRASH_PATHS, type CrashPath, type Subject } from '../../support/crash-paths';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

/**
 * A container dies at each of the calls of each write, before or after the table carried that call out. Whoever asked
 * asks again. Then there is one change, one entry of the log, and counters that are right.
 */

let world: FaultyWorld;
let stream: StreamDrive;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
  stream = driveStream(world);
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

/** What a client is given before it gives up on a container that has died. */
const PATIENCE_MS = 250;

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

const attempt = async (write: CrashPath['write'], subject: Subject): Promise<unknown> => {
  try {
    await withDeadline(PATIENCE_MS, () => write(world.newContainer(), subject));
    return 'done';
  } catch (error) {
    return codeOf(error);
  }
};

/** Of each flag that there is. */
const countsByFlag = async (): Promise<Map<string, OverrideCounts>> => {
  const page = { after: undefined, limit: 500, q: undefined, tag: undefined, state: undefined };
  const { items } = await world.newContainer().flags.list(ENVIRONMENT, page);
  return new Map(items.map(({ key, overrideCounts }) => [key, overrideCounts]));
};

/** A segment or device is named after the flag. */
const isAbout = ({ flagKey, targetDeviceId, changedKeys, after }: AuditEvent, key: string): boolean =>
  flagKey === key ||
  changedKeys.includes(key) ||
  targetDeviceId === `${key}-phone` ||
  (after as { key?: string } | null)?.key === key;

let subjects = 0;

const prepared = async ({ prepare }: CrashPath): Promise<Subject> => {
  subjects += 1;
  const subject = { key: `crash-${subjects}`, userId: aUserId() };
  await prepare?.(world.newContainer(), subject);
  return subject;
};

const callsOf = async (path: CrashPath): Promise<number> => {
  const subject = await prepared(path);
  const before = world.proxy.calls.length;
  await path.write(world.newContainer(), subject);
  return world.proxy.calls.length - before;
};

describe.each(CRASH_PATHS)('$name', (path) => {
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
    await stream.deliverNew();
    const log = await stream.auditLog();
    const countsOf = await countsByFlag();
    for (const { key } of crashed) {
      const entries = log.filter((entry) => entry.event === path.event && isAbout(entry, key));
      expect(entries).toHaveLength(1);
      const counts = countsOf.get(key);
      expect(counts ?? {}).toMatchObject(
        counts === undefined ? {} : { include: 0, exclude: 0, value: 0, ...path.counts },
      );
    }
    expect(await stream.unattributed()).toEqual([]);
  });
});
