import { withDeadline } from '../../../shared/deadline';
import type { FlagError } from '../../../shared/errors';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const codeOf = (outcome: PromiseSettledResult<unknown>): string =>
  outcome.status === 'fulfilled' ? 'ok' : (outcome.reason as FlagError).code;

const tally = (outcomes: readonly PromiseSettledResult<unknown>[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const code of outcomes.map(codeOf)) {
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
};

describe('300 changes of one flag from ten instances', () => {
  it('are accepted exactly a hundred times, whichever instance they reach', async () => {
    await world.container.createFlag({ key: 'crowded' });
    const containers = Array.from({ length: 10 }, () => world.newContainer());
    const outcomes: PromiseSettledResult<unknown>[] = [];
    let unanswered = 0;
    // each container works through its share, as a container does: one request after the other; what a slow engine
    // does not answer in time is asked again, as clients do
    await Promise.all(
      containers.map(async (container) => {
        for (let change = 0; change < 30; change += 1) {
          const user = aUserId();
          for (;;) {
            const work = withDeadline(10_000, () => container.put('crowded', user, 'include'));
            const [outcome] = await Promise.allSettled([work]);
            if (codeOf(outcome) !== 'UNAVAILABLE') {
              outcomes.push(outcome);
              break;
            }
            unanswered += 1;
          }
        }
      }),
    );
    // a change that was not answered may cost a place
    const { ok = 0, ...others } = tally(outcomes);
    expect(ok).toBeLessThanOrEqual(100);
    expect(ok).toBeGreaterThanOrEqual(100 - unanswered);
    expect(others).toEqual({ RATE_LIMITED: 300 - ok });
    const listed = await world.container.overrides.list(ENVIRONMENT, 'crowded', {
      after: undefined,
      limit: 500,
    });
    expect(listed.includes).toHaveLength(ok);
    const { items } = await world.container.flags.list(ENVIRONMENT, {
      after: undefined,
      limit: 50,
      q: 'crowded',
      tag: undefined,
      state: undefined,
    });
    expect(items[0]?.overrideCounts).toEqual({ include: ok, exclude: 0, value: 0 });
  });

  it('cost nothing where they change nothing or fail for another reason', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'calm' });
    for (let repeat = 0; repeat < 120; repeat += 1) {
      await world.container.put('calm', user, 'include', { reason: 'the same' });
    }
    const stale = aCall({ ifMatch: [7] });
    for (let repeat = 0; repeat < 120; repeat += 1) {
      const request = { userId: user, overrideType: 'include', reason: 'another' } as const;
      await expect(world.container.overrides.put(stale, 'calm', request, undefined)).rejects.toMatchObject({
        code: 'VERSION_CONFLICT',
      });
    }
    expect(await world.container.put('calm', aUserId(), 'include')).toMatchObject({ created: true });
  });
});

describe('two admins who write one flag', () => {
  it('do not overwrite each other where they say which version they saw', async () => {
    await world.container.createFlag({ key: 'shared' });
    const [one, other] = [world.newContainer(), world.newContainer()];
    const seen = aCall({ ifMatch: [1] });
    const outcomes = await Promise.allSettled([
      one.flags.patch(seen, 'shared', { rolloutPercentage: 10 }),
      other.flags.patch(seen, 'shared', { rolloutPercentage: 20 }),
    ]);
    expect(tally(outcomes)).toEqual({ ok: 1, VERSION_CONFLICT: 1 });
    expect(await one.flags.get(ENVIRONMENT, 'shared')).toMatchObject({ version: 2 });
  });

  it('both get through where they do not, one after the other, and no change of either is lost', async () => {
    await world.container.createFlag({ key: 'busy' });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        world.newContainer().flags.patch(aCall(), 'busy', { variants: { [`v${index}`]: index % 2 === 0 } }),
      ),
    );
    expect(tally(outcomes)).toEqual({ ok: 20 });
    const flag = await world.container.flags.get(ENVIRONMENT, 'busy');
    expect(flag.version).toBe(21);
    expect(Object.keys(flag.variants)).toHaveLength(22);
  });

  it('create a key once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => world.newContainer().createFlag({ key: 'once' })),
    );
    expect(tally(outcomes)).toEqual({ ok: 1, ALREADY_EXISTS: 7 });
  });
});

describe('two admins who write one override', () => {
  it('do not overwrite each other where they say which version they saw', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'pinned' });
    await world.container.put('pinned', user, 'include');
    const seen = aCall({ ifMatch: [1] });
    const put = (reason: string) =>
      world
        .newContainer()
        .overrides.put(seen, 'pinned', { userId: user, overrideType: 'include', reason }, undefined);
    expect(tally(await Promise.allSettled([put('a'), put('b')]))).toEqual({ ok: 1, VERSION_CONFLICT: 1 });
  });

  it('remove it once', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'removed-once' });
    await world.container.put('removed-once', user, 'include');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => world.newContainer().remove('removed-once', user)),
    );
    expect(tally(outcomes)).toEqual({ ok: 1, OVERRIDE_NOT_FOUND: 4 });
  });
});
