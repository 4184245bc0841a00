import { openTables, STREAM_LIMITS } from '../../../shared/composition/parts';
import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { DynamoStatsRepository } from '../../../shared/dynamodb/stats-repository';
import { evaluationHourKey } from '../../../shared/dynamodb/keys';
import { UsageCounter } from '../../../shared/services/usage';
import { telemetry } from '../../../shared/telemetry';
import { eventually } from '../../support/guidon-instance';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
let stats: DynamoStatsRepository;

beforeAll(async () => {
  world = await openFaultyWorld();
  stats = new DynamoStatsRepository(openTables(world.config, STREAM_LIMITS).flagTable);
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

/** A counter of a container whose clock the test holds. */
const aCounter = ({ start = '2026-11-21T09:30:00Z', budgetMs = 10_000 } = {}) => {
  let nowMs = Date.parse(start);
  const counter = new UsageCounter({ stats, budgetMs, clock: () => nowMs, telemetry });
  return {
    pass: (ms: number) => {
      nowMs += ms;
    },
    evaluate: async (...keys: string[]) => {
      counter.count(
        ENVIRONMENT,
        keys.map((key) => ({ key, variant: 'on', reason: 'STATIC' })),
      );
      await counter.writeWhenDue();
    },
  };
};

const totalOf = async (flagKey: string): Promise<number> => {
  const { evaluations } = await composeMetricsService(world.config).read(ENVIRONMENT);
  return evaluations.filter((each) => each.flagKey === flagKey).reduce((sum, { count }) => sum + count, 0);
};

const updatesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.proxy.calls.length;
  await work();
  return world.proxy.calls.slice(before).filter((operation) => operation === 'UpdateItem').length;
};

describe('what flags give', () => {
  it('is counted by variant and reason, from what callers are answered', async () => {
    const key = `flag-${aUserId()}`;
    const userId = aUserId();
    await world.container.createFlag({ key, enabled: true });
    await world.container.put(key, userId, 'exclude');
    // a slow table costs a container its counts
    await eventually(
      async () => {
        await world.newContainer().valueOf(key, aUserId());
        await world.newContainer().valueOf(key, userId);
        const { evaluations } = await composeMetricsService(world.config).read(ENVIRONMENT);
        return evaluations
          .filter(({ flagKey }) => flagKey === key)
          .map(({ variant, reason }) => [variant, reason]);
      },
      (counted) => {
        expect(counted.sort()).toEqual([
          ['off', 'TARGETING_MATCH'],
          ['on', 'STATIC'],
        ]);
      },
    );
    await world.container.flags.delete(aCall(), key);
  });

  it('is written by a container at most every ten seconds', async () => {
    const [key, { evaluate, pass }] = [`flag-${aUserId()}`, aCounter()];
    await evaluate(key);
    expect(await totalOf(key)).toBe(1);
    const updates = await updatesDuring(async () => {
      for (let second = 1; second < 10; second += 1) {
        pass(1_000);
        await evaluate(key);
      }
    });
    expect(updates).toBe(0);
    pass(1_000);
    await evaluate(key);
    expect(await totalOf(key)).toBe(11);
  });

  it('adds up over containers, and over restarts of them', async () => {
    const key = `flag-${aUserId()}`;
    await Promise.all(Array.from({ length: 20 }, () => aCounter().evaluate(key)));
    await aCounter().evaluate(key);
    expect(await totalOf(key)).toBe(21);
  });

  it('of a thousand flags takes a few writes, and as many of them at a time as there is room for', async () => {
    const [mark, { evaluate, pass }] = [aUserId(), aCounter()];
    const keys = Array.from({ length: 1_000 }, (_, index) => `many-${mark}-${String(index)}`);
    const sum = async () => {
      const { evaluations } = await composeMetricsService(world.config).read(ENVIRONMENT);
      return evaluations.filter(({ flagKey }) => flagKey.includes(mark)).length;
    };
    expect(await updatesDuring(() => evaluate(...keys))).toBeLessThanOrEqual(16);
    expect(await sum()).toBe(800);
    pass(10_000);
    await evaluate();
    expect(await sum()).toBe(1_000);
  });

  it('is kept by the hour for ninety days', async () => {
    const [key, { evaluate }] = [`flag-${aUserId()}`, aCounter({ start: '2026-11-21T23:59:59.999Z' })];
    await evaluate(key);
    const { flagTable } = openTables(world.config);
    const items = await Promise.all(
      [0, 1, 2, 3].map((bucket) =>
        flagTable.get(evaluationHourKey(ENVIRONMENT, bucket, '2026-11-21T23'), 'strong'),
      ),
    );
    expect(items.find((item) => item?.[`${key}#on#STATIC`] === 1)).toMatchObject({
      ttl: Math.floor(Date.parse('2027-02-19T23:59:59Z') / 1000),
    });
  });

  it('is counted once where nobody can tell whether it was', async () => {
    const key = `flag-${aUserId()}`;
    await world.container.createFlag({ key });
    world.proxy.inject('fail-after-commit', { operations: ['UpdateItem'] });
    let evaluations = 0;
    // a slow table costs a container its counts
    await eventually(
      async () => {
        evaluations += 1;
        await world.newContainer().valueOf(key, aUserId());
        return totalOf(key);
      },
      (total) => {
        expect(total).toBeGreaterThan(0);
      },
    );
    expect(await totalOf(key)).toBeLessThanOrEqual(evaluations);
  });

  it('never fails a request, nor is counted twice', async () => {
    const [key, { evaluate, pass }] = [`flag-${aUserId()}`, aCounter({ budgetMs: 100 })];
    for (const fault of ['throttle', 'fail', 'hang'] as const) {
      world.proxy.inject(fault, { operations: ['UpdateItem'] });
      await expect(evaluate(key)).resolves.toBeUndefined();
      pass(10_000);
    }
    world.proxy.heal();
    await aCounter().evaluate(key);
    expect(await totalOf(key)).toBe(1);
  });
});
