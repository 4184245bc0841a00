import type { FlagError } from '../../../shared/errors';
import {
  CACHE_CHECK_MS,
  aCall,
  aUserId,
  ENVIRONMENT,
  openFaultyWorld,
  pause,
  type FaultyWorld,
} from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld();
});
afterAll(() => world.stop());

const flagWith = async (fields: { enabled: boolean; rolloutPercentage: number }): Promise<string> => {
  const key = `flag-${aUserId()}`;
  await world.container.createFlag({ key, ...fields });
  return key;
};

const queriesDuring = async (work: () => Promise<unknown>): Promise<number> => {
  const before = world.proxy.calls.length;
  await work();
  return world.proxy.calls.slice(before).filter((operation) => operation === 'Query').length;
};

describe('targeting one user', () => {
  it('gives an excluded user false, though the flag is on for everybody', async () => {
    const [key, user] = [await flagWith({ enabled: true, rolloutPercentage: 100 }), aUserId()];
    await world.container.put(key, user, 'exclude');
    const fresh = world.newContainer();
    expect(await fresh.valueOf(key, user)).toBe(false);
    expect(await fresh.valueOf(key, aUserId())).toBe(true);
  });

  it('gives an included user true, though the flag is off and at 0 %', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    await world.container.put(key, user, 'include');
    expect(await world.newContainer().valueOf(key, user)).toBe(true);
  });

  it('lets the exclusion win where a user is both included and excluded', async () => {
    const [key, user] = [await flagWith({ enabled: true, rolloutPercentage: 50 }), aUserId()];
    await world.container.put(key, user, 'include');
    await world.container.put(key, user, 'exclude');
    expect(await world.newContainer().valueOf(key, user)).toBe(false);
  });

  it('falls back to the percentage where there is no override', async () => {
    const key = await flagWith({ enabled: true, rolloutPercentage: 50 });
    const container = world.newContainer();
    const users = Array.from({ length: 200 }, aUserId);
    const values = await Promise.all(users.map((user) => container.valueOf(key, user)));
    const inside = values.filter((value) => value === true).length;
    // 200 draws at one half: outside 60..140 once in more than 10^7 runs
    expect(inside).toBeGreaterThan(60);
    expect(inside).toBeLessThan(140);
  });

  it('gives the safe default to a user id that cannot be one', async () => {
    const key = await flagWith({ enabled: true, rolloutPercentage: 50 });
    const container = world.newContainer();
    for (const invalid of ['', 'a b', 'x'.repeat(129), 'user#1']) {
      expect(await container.valueOf(key, invalid)).toBeUndefined();
    }
    await world.container.flags.patch(aCall(), key, { visibility: 'public' });
    expect(await world.newContainer().valueOf(key, 'a b')).toBe(false);
  });

  it('answers a second evaluation of a user from the cache', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    await world.container.put(key, user, 'include');
    const container = world.newContainer();
    await container.valueOf(key, user);
    expect(await queriesDuring(() => container.valueOf(key, user))).toBe(0);
    expect(await container.valueOf(key, user)).toBe(true);
  });

  it('reads the overrides of a user it has not seen from the table', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    await world.container.put(key, user, 'include');
    const container = world.newContainer();
    await container.valueOf(key, aUserId());
    expect(
      await queriesDuring(async () => {
        expect(await container.valueOf(key, user)).toBe(true);
      }),
    ).toBe(1);
  });

  it('drops what it cached when an override is added', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    const other = world.newContainer();
    expect(await other.valueOf(key, user)).toBe(false);
    await world.container.put(key, user, 'include');
    await pause(CACHE_CHECK_MS);
    expect(await other.valueOf(key, user)).toBe(true);
  });

  it('drops what it cached when an override is removed', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    await world.container.put(key, user, 'include');
    const other = world.newContainer();
    expect(await other.valueOf(key, user)).toBe(true);
    await world.container.remove(key, user, 'include');
    await pause(CACHE_CHECK_MS);
    expect(await other.valueOf(key, user)).toBe(false);
  });

  it('lists overrides in pages of 50', async () => {
    const key = await flagWith({ enabled: false, rolloutPercentage: 0 });
    for (let user = 0; user < 60; user += 1) {
      await world.container.put(key, aUserId(), 'include');
    }
    const first = await world.container.overrides.list(ENVIRONMENT, key, { after: undefined, limit: 50 });
    const second = await world.container.overrides.list(ENVIRONMENT, key, { after: first.next, limit: 50 });
    expect(first.includes).toHaveLength(50);
    expect(second.includes).toHaveLength(10);
    expect(second.next).toBeUndefined();
    expect(new Set([...first.includes, ...second.includes].map(({ userId }) => userId)).size).toBe(60);
  });

  it('refuses the change after the hundredth of an hour, and says when to come again', async () => {
    const key = await flagWith({ enabled: false, rolloutPercentage: 0 });
    for (let change = 0; change < 100; change += 1) {
      await world.container.put(key, aUserId(), change % 2 === 0 ? 'include' : 'exclude');
    }
    const refused = world.newContainer().put(key, aUserId(), 'include');
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const { retryAfterSeconds = 0 } = (await refused.catch((error: unknown) => error)) as FlagError;
    expect(retryAfterSeconds).toBeGreaterThan(3_500);
    expect(retryAfterSeconds).toBeLessThanOrEqual(3_605);
  });

  it('takes the overrides along when the flag is deleted', async () => {
    const [key, user] = [await flagWith({ enabled: false, rolloutPercentage: 0 }), aUserId()];
    await world.container.put(key, user, 'include');
    await world.container.flags.delete(aCall(), key);
    await world.container.createFlag({ key });
    expect(await world.newContainer().valueOf(key, user)).toBe(false);
    const list = await world.container.overrides.list(ENVIRONMENT, key, { after: undefined, limit: 50 });
    expect(list.includes).toEqual([]);
  });
});

describe('a beta tester', () => {
  it('has the feature before, during and after its rollout, until excluded', async () => {
    const [tester, regular, key] = [aUserId(), aUserId(), 'wishlist-gallery'];
    const { container } = world;
    const seenBy = async (user: string) => {
      await pause(CACHE_CHECK_MS);
      return container.valueOf(key, user);
    };

    await container.createFlag({ key, enabled: false, rolloutPercentage: 0 });
    await container.put(key, tester, 'include');
    expect(await seenBy(tester)).toBe(true);
    expect(await seenBy(regular)).toBe(false);
    await container.flags.patch(aCall(), key, { rolloutPercentage: 50 });
    expect(await seenBy(tester)).toBe(true);
    await container.put(key, tester, 'exclude');
    expect(await seenBy(tester)).toBe(false);
    await container.remove(key, tester, 'exclude');
    expect(await seenBy(tester)).toBe(true);
  });
});
