import type { AuditEvent, AuditEventName } from '../../shared/contract/audit';
import { withDeadline } from '../../shared/deadline';
import { DynamoFlagRepository } from '../../shared/dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../../shared/dynamodb/override-repository';
import { DynamoStatsRepository } from '../../shared/dynamodb/stats-repository';
import type { CountedKind } from '../../shared/override-ports';
import { driveStream, type StreamDrive } from './drive-stream';
import { aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld, type World } from './world';

/**
 * A container dies at each of the calls of a write, and whoever asked asks again. Then everything is as if the write
 * had been made once.
 */

export type Container = FaultyWorld['container'];

/** What a write is about: a flag or segment, and a user with a device, of its own. */
export interface Subject {
  readonly key: string;
  readonly userId: string;
  readonly deviceId: string;
}

export type Step = (container: Container, subject: Subject) => Promise<unknown>;

export interface CrashPath {
  readonly name: string;
  /** What has to be there before; the log knows of it when the write is made. */
  readonly prepare?: Step;
  readonly write: Step;
  /** What whoever asks again may be told where the first time was carried out. */
  readonly again?: string;
  /** What the log has of it: how many entries of which events. */
  readonly events: Readonly<Partial<Record<AuditEventName, number>>>;
  /** The flag's counters in the end, but for those that are 0. */
  readonly counts?: Readonly<Partial<Record<CountedKind, number>>>;
}

/** What a request has. */
const REQUEST_MS = 10_000;
const NOTHING: Readonly<Record<CountedKind, number>> = { include: 0, exclude: 0, value: 0, device: 0 };

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

const PAGE = { after: undefined, limit: 500 };

export const isAbout = (
  { flagKey, targetUserId, targetDeviceId, changedKeys, before, after }: AuditEvent,
  { key, userId, deviceId }: Subject,
): boolean =>
  [flagKey, targetUserId, targetDeviceId, ...changedKeys].some((of) =>
    [key, userId, deviceId].includes(of ?? ''),
  ) || ((after ?? before) as { key?: string } | null)?.key === key;

/** What is there of a subject, times and ids aside. */
const leftOf = async (world: World, { key, userId, deviceId }: Subject): Promise<unknown> => {
  const { flags, segments, search, devices } = world.container;
  const left = await Promise.all([
    segments.get(ENVIRONMENT, key).catch(codeOf),
    devices.list(userId, PAGE),
    ...world.config.environments.flatMap((environment) => [
      flags.get(environment, key).catch(codeOf),
      search.list(environment, { flagKey: key }, PAGE),
    ]),
  ]);
  const text = JSON.stringify(left)
    .replaceAll(deviceId, '<device>')
    .replaceAll(userId, '<user>')
    .replaceAll(key, '<key>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>');
  return JSON.parse(text);
};

/** What the world says of each of the subjects: entries since `known`, counters, and what is there. */
const outcomesOf = async (
  world: World,
  stream: StreamDrive,
  known: ReadonlySet<string>,
  of: readonly Subject[],
) => {
  const { flagTable } = stream.tables;
  const { records } = await new DynamoFlagRepository(flagTable, Date.now).list(ENVIRONMENT, {
    ...PAGE,
    accept: () => true,
  });
  const { byFlag } = await new DynamoOverrideRepository(flagTable, Date.now).counts(
    ENVIRONMENT,
    new Map(records.map(({ flag, generation }) => [flag.key, generation])),
    Date.now(),
  );
  const totals = await new DynamoStatsRepository(flagTable).overrideTotals(ENVIRONMENT);
  const log = (await wholeLog(world)).filter(({ id }) => !known.has(id));
  return Promise.all(
    of.map(async (subject) => ({
      events: countBy(log.filter((entry) => isAbout(entry, subject)).map(({ event }) => event)),
      counts: byFlag.get(subject.key) ?? NOTHING,
      totals: totals.get(subject.key) ?? {},
      left: await leftOf(world, subject),
    })),
  );
};

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

const wholeLog = async ({ container, config }: World): Promise<AuditEvent[]> => {
  const logs = config.environments.map((environment) => container.audit.list({ environment, limit: 500 }));
  return (await Promise.all(logs)).flatMap(({ items, next }) => {
    // an entry that is not looked at would be one that nobody misses
    expect(next).toBeUndefined();
    return items;
  });
};

/**
 * Where a container can die: before each call that writes, and behind the last, whose answer it does not hear. Everywhere
 * else the table is as in one of these, as a read leaves nothing, and an answer that is lost no more than one that is heard.
 */
const placesToDie = (calls: readonly string[]): number[] => {
  const writes = calls.flatMap((name, at) => (READS.has(name) ? [] : [at]));
  return [...writes, calls.length];
};

const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query']);

/** As clients do: a slow engine may leave a request unanswered, but not for ever. */
const askAgain = async (ask: () => Promise<unknown>, times = 2): Promise<string> => {
  const answer = await ask().then(() => 'done', codeOf);
  return answer === 'UNAVAILABLE' && times > 1 ? askAgain(ask, times - 1) : answer;
};

/** The container makes `at` of the calls that the write takes. */
const dieAt = async (
  world: FaultyWorld,
  { write, again }: CrashPath,
  subject: Subject,
  { at, calls }: { at: number; calls: number },
): Promise<void> => {
  const { proxy } = world;
  const { length } = proxy.calls;
  proxy.crash(Math.min(at, calls - 1), at === calls);
  await withDeadline(REQUEST_MS, () => write(world.newContainer(), subject)).catch(codeOf);
  proxy.heal();
  expect(proxy.calls.length - length).toBeGreaterThanOrEqual(Math.min(at + 1, calls));
  const asked = await askAgain(() => write(world.newContainer(), subject));
  expect(again === undefined ? ['done'] : ['done', again]).toContain(asked);
};

/** Subjects for a path, prepared, and known to the log. */
const subjectsOf = (world: FaultyWorld, { prepare }: CrashPath, stream: StreamDrive) => {
  let made = 0;
  return async (count: number): Promise<Subject[]> => {
    const subjects: Subject[] = [];
    while (subjects.length < count) {
      made += 1;
      const subject = { key: `crash-${made}`, userId: aUserId(), deviceId: `phone-${made}` };
      await prepare?.(world.direct.container, subject);
      subjects.push(subject);
    }
    await stream.deliverNew();
    return subjects;
  };
};

/** The calls of a write; a place among a flag's changes of an hour that is taken already, drawn by lot, adds one. */
const leastCalls = async (
  world: FaultyWorld,
  { write }: CrashPath,
  subjects: readonly Subject[],
): Promise<readonly string[]> => {
  const tried: (readonly string[])[] = [];
  for (const subject of subjects) {
    const { length } = world.proxy.calls;
    await write(world.newContainer(), subject);
    tried.push(world.proxy.calls.slice(length));
  }
  return tried.reduce((least, calls) => (calls.length < least.length ? calls : least));
};

const crashEverywhere = async (world: FaultyWorld, path: CrashPath) => {
  const stream = driveStream(world.direct);
  const prepared = subjectsOf(world, path, stream);
  const calls = await leastCalls(world, path, await prepared(3));
  const places = placesToDie(calls);
  const [undisturbed, ...dying] = await prepared(places.length + 1);
  const known = new Set((await wholeLog(world.direct)).map(({ id }) => id));
  await path.write(world.newContainer(), undisturbed!);
  for (const [index, at] of places.entries()) {
    await dieAt(world, path, dying[index]!, { at, calls: calls.length });
  }
  await stream.deliverNew();
  const [expected, ...outcomes] = await outcomesOf(world.direct, stream, known, [undisturbed!, ...dying]);
  return {
    expected: expected!,
    crashed: outcomes.map((outcome, index) => ({ diedAt: places[index], ...outcome })),
    unattributed: await stream.unattributed(),
  };
};

/** Tries a write, in a world of its own, with a crash at each of its calls. */
export const isOneChange = async (path: CrashPath): Promise<void> => {
  const world = await openFaultyWorld({ stream: true });
  try {
    const { expected, crashed, unattributed } = await crashEverywhere(world, path);
    expect(expected.events).toEqual(path.events);
    expect(expected.counts).toEqual({ ...NOTHING, ...path.counts });
    expect(crashed.length).toBeGreaterThan(1);
    for (const { diedAt, ...outcome } of crashed) {
      expect({ diedAt, ...outcome }).toEqual({ diedAt, ...expected });
    }
    expect(unattributed).toEqual([]);
  } finally {
    await world.stop();
  }
};
