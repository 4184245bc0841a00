import {
  aCall,
  aUserId,
  ENVIRONMENT,
  openWorld,
  pause,
  pauseUntil,
  soonMs,
  type World,
} from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

describe('an override with an end', () => {
  it('counts before it and not after it, between two requests of one warm container', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'brief' });
    const endsAtMs = soonMs();
    await world.container.put('brief', user, 'include', { expiresAt: new Date(endsAtMs).toISOString() });
    const container = world.newContainer();
    expect(await container.valueOf('brief', user)).toBe(true);
    await pause(endsAtMs - Date.now());
    expect(await container.valueOf('brief', user)).toBe(false);
  });

  it('is absent from lists, counts and removals once it is over, and can be added anew', async () => {
    const user = aUserId();
    const { container } = world;
    await container.createFlag({ key: 'over' });
    const endsAtMs = soonMs();
    await container.put('over', user, 'include', { expiresAt: new Date(endsAtMs).toISOString() });
    await pauseUntil(endsAtMs);
    const page = { after: undefined, limit: 50 };
    expect((await container.overrides.list(ENVIRONMENT, 'over', page)).includes).toEqual([]);
    const listed = await container.flags.list(ENVIRONMENT, {
      ...page,
      q: 'over',
      tag: undefined,
      state: undefined,
    });
    expect(listed.items[0]?.overrideCounts.include).toBe(0);
    await expect(container.remove('over', user)).rejects.toMatchObject({ code: 'OVERRIDE_NOT_FOUND' });
    const again = await container.put('over', user, 'include', { reason: 'once more' });
    expect(again).toMatchObject({ created: true, override: { version: 1, expiresAt: null } });
    const relisted = await container.flags.list(ENVIRONMENT, {
      ...page,
      q: 'over',
      tag: undefined,
      state: undefined,
    });
    expect(relisted.items[0]?.overrideCounts.include).toBe(1);
  });

  it('does not end in the past', async () => {
    await world.container.createFlag({ key: 'past' });
    for (const expiresAt of [new Date(Date.now() - 1_000).toISOString(), '2001-01-01T00:00:00Z']) {
      await expect(world.container.put('past', aUserId(), 'include', { expiresAt })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ pointer: '/expiresAt' }],
      });
    }
  });

  it('answers an If-Match as if it were not there once it is over', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'matched' });
    const endsAtMs = soonMs();
    await world.container.put('matched', user, 'include', { expiresAt: new Date(endsAtMs).toISOString() });
    await pauseUntil(endsAtMs);
    const request = { userId: user, overrideType: 'include' } as const;
    await expect(
      world.container.overrides.put(aCall({ ifMatch: [1] }), 'matched', request, undefined),
    ).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });
});
