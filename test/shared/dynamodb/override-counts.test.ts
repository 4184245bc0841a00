import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { openTables } from '../../../shared/composition/parts';
import { withDeadline } from '../../../shared/deadline';
import { StoreUnavailable } from '../../../shared/errors';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { readCounts } from '../../../shared/dynamodb/override-counts';
import {
  DynamoOverrideRepository,
  moveCounts,
  putOverride,
} from '../../../shared/dynamodb/override-repository';
import { DynamoStatsRepository } from '../../../shared/dynamodb/stats-repository';
import type { OverrideKind } from '../../../shared/contract/override';
import type { Table } from '../../../shared/dynamodb/table';
import type { OverrideWrite } from '../../../shared/override-ports';
import { MetricsService } from '../../../shared/services/metrics';
import { telemetry } from '../../../shared/telemetry';
import { ENVIRONMENT, openFaultyWorld, pause, type FaultyWorld } from '../../support/world';

const EXPIRED = 60;
const LIVING = 3;

let world: FaultyWorld;
let table: Table;
const generations = new Map<string, string>();

const write = (writes: readonly OverrideWrite[]) =>
  table.transact([
    ...writes.map((each) => putOverride(table.name, each, 'change', Date.now())),
    ...moveCounts(table.name, writes),
  ]);

const aGeneration = async (key: string): Promise<string> => {
  await world.container.createFlag({ key });
  const generation = await new DynamoFlagRepository(table, Date.now).generationOf(ENVIRONMENT, key);
  return generation ?? '';
};

const anOverride = (
  { flagKey = 'ended', generation }: { flagKey?: string; generation: string },
  userId: string,
  expiresAtMs: number | null,
  kind: OverrideKind = 'include',
): OverrideWrite => {
  const of = { environment: ENVIRONMENT, flagKey, generation };
  const place = { ...of, userId, deviceId: null, kind } as const;
  const at = new Date(0).toISOString();
  const by = { createdBy: 'test', createdAt: at, updatedBy: 'test', updatedAt: at };
  return {
    ...place,
    slot: { override: undefined, changeId: undefined },
    next: { ...place, ...by, enabled: true, reason: null, expiresAtMs, version: 1 },
  };
};

/** A flag whose import has ended: nothing of it is collected yet. */
beforeAll(async () => {
  world = await openFaultyWorld();
  table = openTables(world.config).flagTable;
  const generation = await aGeneration('ended');
  generations.set('ended', generation);
  await write(
    Array.from({ length: EXPIRED + LIVING }, (_, index) =>
      // with these ids, every shard has several; each ends at a moment of its own
      anOverride(
        { generation },
        `user-${String(index)}`,
        index < EXPIRED ? Date.now() - 60_000 - index : null,
      ),
    ),
  );
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const queriesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.proxy.calls.length;
  await work();
  return world.proxy.calls.slice(before).filter((operation) => operation === 'Query').length;
};

const count = (pageItems?: number) => readCounts(table, ENVIRONMENT, generations, Date.now(), pageItems);

const includesIn = ({ byFlag }: Awaited<ReturnType<typeof count>>): number =>
  byFlag.get('ended')?.include ?? 0;

describe('how many overrides count', () => {
  it('goes by the clock, page by page, before what has expired is collected', async () => {
    const counts = await count(2);
    expect(counts).toMatchObject({ isExact: true });
    expect(includesIn(counts)).toBe(LIVING);
    expect(includesIn(await count())).toBe(LIVING);
  });

  it('is an upper bound, and says so, where time is over between two pages', async () => {
    const slow = Object.create(table) as Table;
    slow.queryPage = async (input) => {
      const page = await table.queryPage(input);
      await pause(4_600);
      return page;
    };
    const counts = await withDeadline(6_000, () => readCounts(slow, ENVIRONMENT, generations, Date.now(), 1));
    expect(counts).toMatchObject({ isExact: false });
    expect(includesIn(counts)).toBe(LIVING + EXPIRED - 8);
  });

  it('is an upper bound, and says so, where the table refuses further pages', async () => {
    world.proxy.inject('throttle', { operations: ['Query'], skip: 30 });
    const counts = await count(1);
    expect(counts).toMatchObject({ isExact: false });
    expect(includesIn(counts)).toBeGreaterThan(LIVING);
    expect(includesIn(counts)).toBeLessThan(LIVING + EXPIRED);
  });

  it('is none where the table refuses the first page', async () => {
    world.proxy.inject('throttle', { operations: ['Query'] });
    await expect(count(1)).rejects.toThrow(StoreUnavailable);
  });

  it('is what the counters say where there is no time for more', async () => {
    const counts = await withDeadline(1_400, () => count());
    expect(counts).toMatchObject({ isExact: false });
    expect(includesIn(counts)).toBe(LIVING + EXPIRED);
  });

  describe('where many of a flag ended at one moment', () => {
    const ENDED_MS = Date.now() - 30_000;
    let crowd: Map<string, string>;

    type Page = Awaited<ReturnType<Table['queryPage']>>;
    type Watch = (input: Parameters<Table['queryPage']>[0], page: Page) => unknown;

    const countCrowd = (watch: Watch = () => undefined) => {
      const watched = Object.create(table) as Table;
      watched.queryPage = async (input) => {
        const page = await table.queryPage(input);
        await watch(input, page);
        return page;
      };
      return readCounts(watched, ENVIRONMENT, crowd, Date.now(), 5);
    };

    beforeAll(async () => {
      const generation = await aGeneration('crowd');
      crowd = new Map([...generations, ['crowd', generation]]);
      for (const part of [0, 1, 2, 3]) {
        const ids = Array.from({ length: 80 }, (_, index) => `crowd-${String(part)}-${String(index)}`);
        await write(ids.map((id) => anOverride({ flagKey: 'crowd', generation }, id, ENDED_MS)));
        // one crowd after the other
        await write(
          ids.map((id) =>
            anOverride({ flagKey: 'crowd', generation }, `${id}-early`, ENDED_MS - 1_000 * (part + 1)),
          ),
        );
      }
      await write([
        anOverride({ flagKey: 'crowd', generation }, 'lasting', null),
        // right beside them in the index: a moment later, and another flag
        ...Array.from({ length: 40 }, (_, index) =>
          anOverride({ flagKey: 'crowd', generation }, `later-${String(index)}`, ENDED_MS + 1),
        ),
        anOverride({ flagKey: 'crowd-x', generation: 'nobody' }, 'other', ENDED_MS),
      ]);
    });

    it('goes by the clock, and few of them are read', async () => {
      let read = 0;
      const counts = await countCrowd((input, page) => {
        read += input.Select === 'COUNT' ? 0 : page.items.length;
      });
      // of some 740
      expect(read).toBeLessThan(370);
      expect(counts).toMatchObject({ isExact: true });
      expect(counts.byFlag.get('crowd')).toEqual({ include: 1, exclude: 0, value: 0, device: 0 });
      expect(includesIn(counts)).toBe(LIVING);
    });

    it('tells kinds apart, and those that are switched off, or of a former life of the flag', async () => {
      const generation = crowd.get('crowd') ?? '';
      const excludes = Array.from({ length: 40 }, (_, index) =>
        anOverride({ flagKey: 'crowd', generation }, `exclude-${String(index)}`, ENDED_MS, 'exclude'),
      );
      const off = Array.from({ length: 24 }, (_, index) => {
        const { next, ...rest } = anOverride(
          { flagKey: 'crowd', generation },
          `off-${String(index)}`,
          ENDED_MS,
        );
        return { ...rest, next: next && { ...next, enabled: false } };
      });
      const devices = Array.from({ length: 24 }, (_, index) => {
        const { next, ...rest } = anOverride({ flagKey: 'crowd', generation }, 'nobody', ENDED_MS, 'value');
        const of = { userId: null, deviceId: `phone-${String(index)}` };
        return { ...rest, ...of, next: next && { ...next, ...of } };
      });
      const former = Array.from({ length: 24 }, (_, index) =>
        anOverride({ flagKey: 'crowd', generation: 'former' }, `former-${String(index)}`, ENDED_MS),
      );
      await write([...excludes, ...off]);
      await write(devices);
      await write([anOverride({ flagKey: 'crowd', generation }, 'lasting', null, 'exclude')]);
      await write(former);
      const counts = await countCrowd();
      expect(counts).toMatchObject({ isExact: true });
      expect(counts.byFlag.get('crowd')).toEqual({ include: 1, exclude: 1, value: 0, device: 0 });
    });

    it('is an upper bound, and says so, where time is over in the middle of them', async () => {
      const passes: string[] = [];
      const counts = await withDeadline(6_000, () =>
        countCrowd(async ({ Select }) => {
          if (Select === 'COUNT') {
            passes.push(Select);
            await pause(4_600);
          }
        }),
      );
      expect(passes).toHaveLength(8);
      expect(counts).toMatchObject({ isExact: false });
      expect(counts.byFlag.get('crowd')?.include).toBeGreaterThan(1);
      expect(includesIn(counts)).toBe(LIVING);
    });
  });

  it('asks nothing for no flags', async () => {
    expect(await queriesDuring(() => readCounts(table, ENVIRONMENT, new Map(), Date.now()))).toBe(0);
  });

  it('reads what has expired once, however many pages of flags there are', async () => {
    await world.container.createFlag({ key: 'other' });
    await world.container.createFlag({ key: 'third' });
    const flags = new DynamoFlagRepository(table, Date.now);
    const metrics = new MetricsService({
      flags: { list: (environment, page) => flags.list(environment, { ...page, limit: 1 }) },
      overrides: new DynamoOverrideRepository(table, Date.now),
      stats: new DynamoStatsRepository(table),
      clock: Date.now,
      telemetry,
    });
    const inOnePage = await queriesDuring(() => composeMetricsService(world.config).read(ENVIRONMENT));
    // four flags by now, a page each
    expect(await queriesDuring(() => metrics.read(ENVIRONMENT))).toBe(inOnePage + 3);
    expect((await metrics.read(ENVIRONMENT)).activeOverrides.get('ended')).toMatchObject({ include: LIVING });
  });
});
