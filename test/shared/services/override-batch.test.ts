import type { BatchItem, OverrideAction } from '../../../shared/contract/override-search';
import { openTables } from '../../../shared/composition/parts';
import { DynamoChangeLimiter } from '../../../shared/dynamodb/change-limiter';
import { withDeadline } from '../../../shared/deadline';
import { StoreUnavailable } from '../../../shared/errors';
import type { Call } from '../../../shared/services/call';
import { driveStream } from '../../support/drive-stream';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const limiter = () => new DynamoChangeLimiter(openTables(world.config).flagTable, Date.now, 100);

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

const give = async (
  userId: string,
  flagKey: string,
  more: { expiresAt?: string; enabled?: boolean } = {},
): Promise<BatchItem> => {
  await world.container.typed.add(
    aCall(),
    userId,
    { flagKey, value: true, enabled: true, ...more },
    undefined,
  );
  return { flagKey, userId, kind: 'value' };
};

const change = (
  action: OverrideAction,
  items: readonly BatchItem[],
  more: { expiresAt?: string; call?: Partial<Call> } = {},
) => {
  const { expiresAt, call } = more;
  return world.container.batches.change(aCall(call), { action, items: [...items], expiresAt });
};

const outcomesOf = ({ results }: Awaited<ReturnType<typeof change>>) =>
  results.map(({ outcome, version }) => [outcome, version]);

const typed = ({ userId, flagKey }: BatchItem) => world.container.typed.get(ENVIRONMENT, userId, flagKey);

describe('a batch', () => {
  it('switches overrides off and on again, and tells of each what became of it', async () => {
    await world.container.createFlag({ key: 'switched' });
    const user = aUserId();
    const items = [await give(user, 'switched'), await give(aUserId(), 'switched', { enabled: false })];
    await world.container.put('switched', user, 'include');
    items.push({ flagKey: 'switched', userId: user, kind: 'include' });
    const off = await change('disable', items);
    expect(off).toMatchObject({ ok: true, action: 'disable', dryRun: false, changed: 2, unchanged: 1 });
    expect(outcomesOf(off)).toEqual([
      ['changed', 2],
      ['unchanged', 1],
      ['changed', 2],
    ]);
    expect(await world.newContainer().valueOf('switched', user)).toBe(false);
    const upper = items.map((item) => ({ ...item, userId: item.userId.toUpperCase() }));
    expect(await change('enable', [...upper, ...items])).toMatchObject({ changed: 3, unchanged: 0 });
    expect(await world.newContainer().valueOf('switched', user)).toBe(true);
    expect(await change('enable', items)).toMatchObject({ ok: true, changed: 0, unchanged: 3 });
  });

  it('shows what it switches off in the lists of a flag, and in the log', async () => {
    const [key, user] = ['shown-off', aUserId()];
    await world.container.createFlag({ key });
    await world.container.put(key, user, 'include');
    const items: BatchItem[] = [{ flagKey: key, userId: user, kind: 'include' }];
    const listed = async () => {
      const page = { after: undefined, limit: 10 };
      return (await world.container.overrides.list(ENVIRONMENT, key, page)).includes;
    };
    expect((await listed())[0]).not.toHaveProperty('enabled');
    await change('disable', items);
    expect(await listed()).toMatchObject([{ enabled: false, version: 2 }]);
    await change('enable', items);
    const stream = driveStream(world);
    await stream.deliverNew();
    const log = await world.container.audit.list({
      environment: ENVIRONMENT,
      flagKey: key,
      userId: user,
      limit: 2,
    });
    expect(log.items).toMatchObject([
      { changedKeys: ['enabled'], values: { enabled: true }, after: { enabled: true } },
      { changedKeys: ['enabled'], values: { enabled: false }, before: { enabled: true } },
    ]);
  });

  it('can be sent again as an override that is to stay switched off', async () => {
    const [key, userId] = ['sent-off', aUserId()];
    await world.container.createFlag({ key });
    const put = (enabled?: boolean) =>
      world.container.overrides.put(aCall(), key, { userId, overrideType: 'exclude', enabled }, undefined);
    expect(await put(false)).toMatchObject({ created: true, override: { enabled: false } });
    expect(await put(false)).toMatchObject({ created: false, override: { version: 1 } });
    const { override } = await put();
    expect(override).toMatchObject({ version: 2 });
    expect(override).not.toHaveProperty('enabled');
  });

  it('extends what ends sooner, and cuts nothing short', async () => {
    await world.container.createFlag({ key: 'extended' });
    const items = [
      await give(aUserId(), 'extended', { expiresAt: inHours(1) }),
      await give(aUserId(), 'extended', { expiresAt: inHours(9) }),
      await give(aUserId(), 'extended'),
    ];
    const expiresAt = inHours(5);
    expect(outcomesOf(await change('extend', items, { expiresAt }))).toEqual([
      ['changed', 2],
      ['unchanged', 1],
      ['unchanged', 1],
    ]);
    expect(await typed(items[0]!)).toMatchObject({ expiresAt });
    await expect(change('extend', items, { expiresAt: inHours(-1) })).rejects.toMatchObject({
      errors: [{ pointer: '/expiresAt' }],
    });
  });

  it('changes nothing where one of its overrides is not there, and names it', async () => {
    await world.container.createFlag({ key: 'partly' });
    const there = await give(aUserId(), 'partly');
    const items: BatchItem[] = [
      there,
      { ...there, kind: 'exclude' },
      { ...there, flagKey: 'never-made' },
      { ...there, userId: aUserId() },
    ];
    await expect(change('disable', items)).rejects.toMatchObject({
      code: 'OVERRIDE_NOT_FOUND',
      errors: [
        { pointer: '/items/1', code: 'override_not_found' },
        { pointer: '/items/2', code: 'flag_not_found' },
        { pointer: '/items/3', code: 'override_not_found' },
      ],
    });
    expect(await typed(there)).toMatchObject({ enabled: true, version: 1 });
  });

  it('writes nothing as a dry run', async () => {
    await world.container.createFlag({ key: 'dry' });
    const item = await give(aUserId(), 'dry');
    const dry = await change('remove', [item], { call: { dryRun: true } });
    expect(dry).toMatchObject({ dryRun: true, changed: 1, results: [{ outcome: 'changed', version: null }] });
    expect(await typed(item)).toMatchObject({ version: 1 });
  });

  it('of a hundred overrides is written whole, and each is in the log with who did it', async () => {
    const items: BatchItem[] = [];
    for (const flagKey of ['hundred-a', 'hundred-b']) {
      await world.container.createFlag({ key: flagKey });
      const userIds = Array.from({ length: 50 }, aUserId);
      await world.container.bulk.putUsers(aCall(), flagKey, { overrideType: 'include', userIds });
      items.push(...userIds.map((userId) => ({ flagKey, userId, kind: 'include' }) as const));
    }
    const removed = await change('remove', items, {
      call: { attribution: { ...aCall().attribution, actor: 'batch-admin' } },
    });
    expect(removed).toMatchObject({ ok: true, changed: 100 });
    const left = await world.container.search.list(
      ENVIRONMENT,
      { q: 'hundred-' },
      { after: undefined, limit: 500 },
    );
    expect(left.items).toEqual([]);
    // once for those that were added together, once for each that was removed
    await expect(limiter().claim(ENVIRONMENT, 'hundred-a', 50)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    await expect(limiter().claim(ENVIRONMENT, 'hundred-a', 49)).resolves.toBeDefined();
    const stream = driveStream(world);
    await stream.deliverNew();
    const log = await world.container.audit.list({
      environment: ENVIRONMENT,
      actor: 'batch-admin',
      limit: 500,
    });
    expect(log.items.filter(({ event }) => event === 'override.removed')).toHaveLength(100);
    expect(new Set(log.items.map(({ targetUserId }) => targetUserId)).size).toBe(100);
    expect(await stream.unattributed()).toEqual([]);
  });

  it('that the table ends early says which overrides were changed', async () => {
    const items: BatchItem[] = [];
    // of few overrides each: below, what is tried again counts against the hour of a flag
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `cut-short-${letter}`)) {
      await world.container.createFlag({ key });
      for (let user = 0; user < 10; user += 1) {
        items.push(await give(aUserId(), key));
      }
    }
    const cutShort = async (tries: number): ReturnType<typeof change> => {
      world.proxy.inject('throttle', { operations: ['TransactWriteItems'], skip: 1 });
      try {
        return await withDeadline(3_000, () => change('disable', items));
      } catch (error) {
        if (tries === 1 || !(error instanceof StoreUnavailable)) {
          throw error;
        }
      } finally {
        world.proxy.heal();
      }
      // on a slow machine the first transaction outlasts its client, and its second try is throttled
      await change('enable', items);
      return cutShort(tries - 1);
    };
    const cut = await cutShort(3);
    expect(cut).toMatchObject({ ok: false, unchanged: 0 });
    expect(cut.changed).toBeGreaterThan(0);
    expect(cut.changed).toBeLessThan(60);
    for (const [index, { outcome }] of cut.results.entries()) {
      expect(await typed(items[index]!)).toMatchObject({ enabled: outcome === 'failed' });
    }
    world.proxy.inject('throttle', { operations: ['TransactWriteItems'] });
    const refused = withDeadline(1_000, () => change('disable', items));
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    world.proxy.heal();
    expect(await change('enable', items)).toMatchObject({ ok: true, changed: cut.changed });
  });

  it('says what somebody else has removed meanwhile', async () => {
    await world.container.createFlag({ key: 'raced' });
    const items = [await give(aUserId(), 'raced'), await give(aUserId(), 'raced')];
    const [disabled, enabled] = await Promise.allSettled([
      change('disable', items),
      world.container.typed.remove(aCall(), items[0]!.userId, 'raced'),
    ]);
    expect(enabled.status).toBe('fulfilled');
    if (disabled.status === 'fulfilled') {
      expect(['changed', 'gone']).toContain(disabled.value.results[0]?.outcome);
      expect(await typed(items[1]!)).toMatchObject({ enabled: false });
    } else {
      expect(disabled.reason).toMatchObject({ code: 'OVERRIDE_NOT_FOUND' });
      expect(await typed(items[1]!)).toMatchObject({ enabled: true });
    }
    await expect(typed(items[0]!)).rejects.toMatchObject({ code: 'OVERRIDE_NOT_FOUND' });
  });

  it('that is more than what is left of an hour changes nothing and takes nothing', async () => {
    await world.container.createFlag({ key: 'crowded' });
    const items = [await give(aUserId(), 'crowded'), await give(aUserId(), 'crowded')];
    const held = await limiter().claim(ENVIRONMENT, 'crowded', 97);
    await expect(change('disable', items)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await typed(items[0]!)).toMatchObject({ enabled: true });
    await held.release(1);
    expect(await change('disable', items)).toMatchObject({ changed: 2 });
    await expect(change('enable', items.slice(1))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('switches no value on that does not fit its flag any more', async () => {
    const key = 'outgrown';
    await world.container.createFlag({ key, type: 'number', variants: { on: 2, off: 1 } });
    const user = aUserId();
    await world.container.typed.add(aCall(), user, { flagKey: key, value: 99, enabled: false }, undefined);
    await world.container.flags.patch(aCall(), key, { valueSchema: { maximum: 9 } });
    await expect(change('enable', [{ flagKey: key, userId: user, kind: 'value' }])).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      errors: [{ pointer: '/items/0' }],
    });
  });
});
