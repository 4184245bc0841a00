import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { openTables } from '../../../shared/composition/parts';
import { withDeadline } from '../../../shared/deadline';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { readCounts } from '../../../shared/dynamodb/override-counts';
import {
  DynamoOverrideRepository,
  moveCounts,
  putOverride,
} from '../../../shared/dynamodb/override-repository';
import { DynamoStatsRepository } from '../../../shared/dynamodb/stats-repository';
import type { Table } from '../../../shared/dynamodb/table';
import type { OverrideWrite } from '../../../shared/override-ports';
import { MetricsService } from '../../../shared/services/metrics';
import { telemetry } from '../../../shared/telemetry';
import { ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

const EXPIRED = 60;
const LIVING = 3;

let world: FaultyWorld;
let table: Table;
const generations = new Map<string, string>();

const anInclude = (generation: string, userId: string, expiresAtMs: number | null): OverrideWrite => {
  const of = { environment: ENVIRONMENT, flagKey: 'ended', generation };
  const place = { ...of, userId, deviceId: null, kind: 'include' } as const;
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
  await world.container.createFlag({ key: 'ended' });
  const generation = String(
    await new DynamoFlagRepository(table, Date.now).generationOf(ENVIRONMENT, 'ended'),
  );
  generations.set('ended', generation);
  const writes = Array.from({ length: EXPIRED + LIVING }, (_, index) =>
    // with these ids, every shard has several
    anInclude(generation, `user-${String(index)}`, index < EXPIRED ? Date.now() - 60_000 : null),
  );
  await table.transact([
    ...writes.map((write) => putOverride(table.name, write, 'change', Date.now())),
    ...moveCounts(table.name, writes),
  ]);
});
afterAll(() => world.stop());

const queriesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.proxy.calls.length;
  await work();
  return world.proxy.calls.slice(before).filter((operation) => operation === 'Query').length;
};

const count = (bound?: Parameters<typeof readCounts>[4]) =>
  readCounts(table, ENVIRONMENT, generations, Date.now(), bound);

const includesIn = ({ byFlag }: Awaited<ReturnType<typeof count>>): number =>
  byFlag.get('ended')?.include ?? 0;

describe('how many overrides count', () => {
  it('goes by the clock, page by page, before what has expired is collected', async () => {
    const counts = await count({ pages: 100, pageItems: 2 });
    expect(counts).toMatchObject({ isExact: true });
    expect(includesIn(counts)).toBe(LIVING);
    expect(includesIn(await count())).toBe(LIVING);
  });

  it('is an upper bound, and says so, where more has expired than is read of it', async () => {
    let counts: Awaited<ReturnType<typeof count>> | undefined;
    const queries = await queriesDuring(async () => {
      counts = await count({ pages: 1, pageItems: 1 });
    });
    expect(queries).toBe(8);
    expect(counts).toMatchObject({ isExact: false });
    expect(includesIn(counts!)).toBe(LIVING + EXPIRED - 8);
  });

  it('is what the counters say where there is no time for more', async () => {
    const counts = await withDeadline(1_400, () => count());
    expect(counts).toMatchObject({ isExact: false });
    expect(includesIn(counts)).toBe(LIVING + EXPIRED);
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
    expect(await queriesDuring(() => metrics.read(ENVIRONMENT))).toBe(inOnePage + 2);
    expect((await metrics.read(ENVIRONMENT)).activeOverrides.get('ended')).toMatchObject({ include: LIVING });
  });
});
