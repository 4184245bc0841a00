import type { OverrideFilter } from '../../../shared/services/override-search';
import { giveDevice } from '../../support/give-overrides';
import { aCall, aUserId, ENVIRONMENT, openWorld, pauseUntil, soonMs, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

let made = 0;
const aFlag = async (): Promise<string> => {
  made += 1;
  const key = `searched-${made}`;
  await world.container.createFlag({ key });
  return key;
};

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

const give = (
  userId: string,
  flagKey: string,
  more: { reason?: string; expiresAt?: string; enabled?: boolean } = {},
) => world.container.typed.add(aCall(), userId, { flagKey, value: true, enabled: true, ...more }, undefined);

/** Every entry as `<flagKey> <whom> <kind>`, over all pages. */
const search = async (filter: OverrideFilter, limit = 50): Promise<string[]> => {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const page = await world.container.search.list(ENVIRONMENT, filter, { after, limit });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    if (page.next !== undefined) {
      expect(page.next).toMatch(world.container.search.positionForm(filter));
    }
    found.push(...page.items.map((each) => `${each.flagKey} ${each.userId ?? each.deviceId} ${each.kind}`));
    after = page.next;
  } while (after !== undefined);
  expect(new Set(found).size).toBe(found.length);
  return found.sort();
};

describe('all overrides of a flag', () => {
  it('are those of devices and users, of every kind, in pages', async () => {
    const [key, one, other] = [await aFlag(), aUserId(), aUserId()];
    await giveDevice(world, key, 'phone-1', true);
    await giveDevice(world, key, 'phone-2', true);
    await give(one, key, { enabled: false });
    await world.container.put(key, one, 'include');
    await world.container.put(key, other, 'exclude');
    const all = [
      `${key} ${one} include`,
      `${key} ${one} value`,
      `${key} ${other} exclude`,
      `${key} phone-1 value`,
      `${key} phone-2 value`,
    ].sort();
    for (const limit of [1, 2, 50]) {
      expect(await search({ flagKey: key }, limit)).toEqual(all);
    }
    const ofOne = await world.container.search.ofFlag(
      ENVIRONMENT,
      key,
      { userId: one },
      { after: undefined, limit: 50 },
    );
    expect(ofOne.items.map(({ kind }) => kind)).toEqual(['include', 'value']);
    const ofNone = world.container.search.ofFlag(
      ENVIRONMENT,
      'never-made',
      { userId: undefined },
      { after: undefined, limit: 50 },
    );
    await expect(ofNone).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
    expect(await search({ flagKey: 'never-made' })).toEqual([]);
  });
});

describe('all overrides of an environment', () => {
  it('are found by text, flag, user, kind, end and switch, over all shards and pages', async () => {
    const [key, tag] = [await aFlag(), `ticket-${aUserId()}`];
    const users = Array.from({ length: 12 }, aUserId);
    for (const [index, user] of users.entries()) {
      const expiresAt = index < 6 ? { expiresAt: inHours(index + 1) } : {};
      await give(user, key, { reason: `${tag} ${index}`, enabled: index !== 0, ...expiresAt });
    }
    await giveDevice(world, key, `${tag}-device`, true);
    const named = (which: readonly string[]) => which.map((user) => `${key} ${user} value`).sort();
    for (const limit of [1, 5, 50]) {
      expect(await search({ q: tag.toUpperCase() }, limit)).toEqual(named([...users, `${tag}-device`]));
    }
    expect(await search({ q: key, enabled: false }, 1)).toEqual(named([users[0]!]));
    expect(await search({ q: tag, expiresBefore: inHours(3.5) }, 2)).toEqual(named(users.slice(0, 3)));
    expect(await search({ flagKey: key, expiresBefore: inHours(3.5) }, 2)).toEqual(named(users.slice(0, 3)));
    expect(await search({ userId: users[3] })).toEqual(named([users[3]!]));
    expect(await search({ userId: users[3], kind: 'include' })).toEqual([]);
    expect(await search({ userId: users[3], flagKey: await aFlag() })).toEqual([]);
    expect(await search({ q: tag, kind: 'exclude' })).toEqual([]);
  });

  it('have none of flags that are gone, and none that have expired', async () => {
    const [dead, reborn, living, user, endMs] = [
      await aFlag(),
      await aFlag(),
      await aFlag(),
      aUserId(),
      soonMs(),
    ];
    for (const key of [dead, reborn, living]) {
      await give(user, key);
    }
    await world.container.put(living, user, 'include', { expiresAt: new Date(endMs).toISOString() });
    await world.container.flags.delete(aCall(), dead);
    await world.container.flags.delete(aCall(), reborn);
    await world.container.createFlag({ key: reborn });
    await pauseUntil(endMs);
    for (const filter of [{ q: user }, { userId: user }]) {
      expect(await search(filter, 1)).toEqual([`${living} ${user} value`]);
    }
    expect(await search({ flagKey: reborn })).toEqual([]);
    await give(user, reborn);
    expect(await search({ q: user }, 1)).toEqual(
      [`${living} ${user} value`, `${reborn} ${user} value`].sort(),
    );
  });

  it('go on behind an override that has expired since it ended a page', async () => {
    const [key, endMs] = [await aFlag(), soonMs()];
    const users = Array.from({ length: 6 }, aUserId);
    for (const [index, user] of users.entries()) {
      await give(user, key, index % 2 === 0 ? { expiresAt: new Date(endMs).toISOString() } : {});
    }
    const first = await world.container.search.list(ENVIRONMENT, { q: key }, { after: undefined, limit: 1 });
    await pauseUntil(endMs);
    const rest = await world.container.search.list(ENVIRONMENT, { q: key }, { after: first.next, limit: 50 });
    const seen = [...first.items, ...rest.items].map(({ userId }) => userId);
    for (const user of [users[1], users[3], users[5]]) {
      expect(seen).toContain(user);
    }
  });
});

describe('the report', () => {
  it('names what never ends, what is old, what ends soon, and who and what has most', async () => {
    const environment = 'staging';
    const call = aCall({ environment });
    const { flags, typed, overrides, reports } = world.container;
    const [one, other] = [aUserId(), aUserId()];
    const end = [inHours(2), inHours(1)];
    for (const key of ['first', 'second']) {
      await flags.create(call, { key, type: 'boolean' });
      const request = { flagKey: key, value: true, enabled: true, expiresAt: end[key === 'first' ? 0 : 1]! };
      await typed.add(call, one, request, undefined);
    }
    await overrides.put(call, 'first', { userId: other, overrideType: 'include' }, undefined);
    await flags.create(call, { key: 'gone', type: 'boolean' });
    await typed.add(call, other, { flagKey: 'gone', value: true, enabled: true }, undefined);
    await flags.delete(call, 'gone');
    const report = await reports.report(environment, 10);
    const short = (list: readonly { flagKey: string; userId: string | null }[]) =>
      list.map(({ flagKey, userId }) => [flagKey, userId]);
    expect(short(report.neverExpiring)).toEqual([['first', other]]);
    expect(short(report.oldest)).toEqual([
      ['first', one],
      ['second', one],
      ['first', other],
    ]);
    expect(short(report.expiringSoon)).toEqual([
      ['second', one],
      ['first', one],
    ]);
    expect(report).toMatchObject({
      mostTargetedUsers: [
        { userId: one, count: 2 },
        { userId: other, count: 1 },
      ],
      mostOverriddenFlags: [
        { flagKey: 'first', count: 2, include: 1, exclude: 0, value: 1, device: 0 },
        { flagKey: 'second', count: 1 },
      ],
      totals: { overrides: 3, neverExpiring: 1 },
      isComplete: true,
    });
    const shortened = await reports.report(environment, 1);
    expect(shortened.oldest).toHaveLength(1);
    expect(shortened.totals.overrides).toBe(3);
  });
});
