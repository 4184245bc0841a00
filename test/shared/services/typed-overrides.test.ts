import { compilers } from '../../../shared/composition/compilers';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { openTables } from '../../../shared/composition/parts';
import type { AddTypedOverrideRequest } from '../../../shared/contract/typed-override';
import { DynamoChangeLimiter } from '../../../shared/dynamodb/change-limiter';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { OverrideSearch } from '../../../shared/services/override-search';
import { TypedOverrideService } from '../../../shared/services/typed-overrides';
import { telemetry } from '../../../shared/telemetry';
import {
  aCall,
  aUserId,
  CACHE_CHECK_MS,
  ENVIRONMENT,
  openWorld,
  pause,
  pauseUntil,
  soonMs,
  type World,
} from '../../support/world';
import { driveStream } from '../../support/drive-stream';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

let made = 0;
const aTheme = async (fields: object = {}): Promise<string> => {
  made += 1;
  const key = `theme-${made}`;
  await world.container.createFlag({
    key,
    type: 'string',
    variants: { on: 'dark', off: 'light' },
    enabled: false,
    ...fields,
  });
  return key;
};

const add = (userId: string, flagKey: string, more: Partial<AddTypedOverrideRequest> = {}) =>
  world.container.typed.add(
    aCall(),
    userId,
    { flagKey, value: 'contrast', enabled: true, ...more },
    undefined,
  );

const listed = async (userId: string, limit = 50) => {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await world.container.typed.list(ENVIRONMENT, userId, { after, limit });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    keys.push(...page.items.map(({ flagKey }) => flagKey));
    after = page.next;
  } while (after !== undefined);
  return keys;
};

describe('a value for a user', () => {
  it('is what the flag gives, and its answer is the whole override', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    expect(await add(user, key, { reason: 'asked' })).toMatchObject({
      flagKey: key,
      environment: ENVIRONMENT,
      userId: user,
      deviceId: null,
      kind: 'value',
      value: 'contrast',
      enabled: true,
      reason: 'asked',
      expiresAt: null,
      version: 1,
    });
    expect(await world.newContainer().valueOf(key, user)).toBe('contrast');
    expect(await world.container.typed.get(ENVIRONMENT, user, key)).toMatchObject({ value: 'contrast' });
  });

  it('is added once by two at the same time', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => add(user, key)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      expect(outcome.status === 'fulfilled' || outcome.reason).toEqual(
        outcome.status === 'fulfilled' || expect.objectContaining({ code: 'ALREADY_EXISTS' }),
      );
    }
  });

  it('is refused where there is one, switched off or not, and taken where that has expired', async () => {
    const [key, user, endMs] = [await aTheme(), aUserId(), soonMs()];
    await add(user, key, { enabled: false, expiresAt: new Date(endMs).toISOString() });
    await expect(add(user, key)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await pauseUntil(endMs);
    await expect(world.container.typed.update(aCall(), user, key, { enabled: true })).rejects.toMatchObject({
      code: 'OVERRIDE_NOT_FOUND',
    });
    expect(await listed(user)).toEqual([]);
    expect(await add(user, key)).toMatchObject({ version: 1, enabled: true });
  });

  it('has the type and schema of its flag', async () => {
    const key = await aTheme({ valueSchema: { maxLength: 8 } });
    for (const value of [5, true, { a: 1 }, 'far too long']) {
      await expect(add(aUserId(), key, { value })).rejects.toMatchObject({
        code: 'INVALID_VALUE',
        errors: [{ pointer: '/value' }],
      });
    }
    await expect(add(aUserId(), await aTheme(), { value: 'x'.repeat(65_536) })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    await expect(add(aUserId(), 'never-made')).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
  });

  it('is changed in part; what changes nothing writes nothing', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    const { typed } = world.container;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await add(user, key, { reason: 'first', expiresAt });
    const patch = (request: Parameters<typeof typed.update>[3], ifMatch?: number[]) =>
      typed.update(aCall({ ifMatch }), user, key, request);
    expect(await patch({ value: 'high' })).toMatchObject({
      value: 'high',
      reason: 'first',
      expiresAt,
      version: 2,
    });
    expect(await patch({ value: 'high', reason: 'first', expiresAt })).toMatchObject({ version: 2 });
    expect(await patch({})).toMatchObject({ version: 2 });
    expect(await patch({ reason: null, expiresAt: null })).toMatchObject({
      reason: null,
      expiresAt: null,
      version: 3,
    });
    await expect(patch({ value: 'low' }, [2])).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    await expect(patch({ value: 5 })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await expect(patch({ userId: aUserId() })).rejects.toMatchObject({ errors: [{ pointer: '/userId' }] });
    await expect(patch({ flagKey: 'other' })).rejects.toMatchObject({ errors: [{ pointer: '/flagKey' }] });
  });

  it('is kept while it is switched off, and does not count', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    await add(user, key);
    await world.container.typed.update(aCall(), user, key, { enabled: false });
    expect(await world.newContainer().valueOf(key, user)).toBe('light');
    expect(await listed(user)).toEqual([key]);
    await world.container.typed.update(aCall(), user, key, { enabled: true });
    expect(await world.newContainer().valueOf(key, user)).toBe('contrast');
  });

  it('that is removed is gone, once', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    await add(user, key);
    const remove = () => world.container.typed.remove(aCall(), user, key);
    await expect(world.container.typed.remove(aCall({ ifMatch: [7] }), user, key)).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: 'OVERRIDE_NOT_FOUND' });
    await pause(CACHE_CHECK_MS);
    expect(await world.container.valueOf(key, user)).toBe('light');
  });

  it('takes a place of the hundred of its flag in an hour', async () => {
    const key = await aTheme();
    const limiter = new DynamoChangeLimiter(openTables(world.config).flagTable, Date.now, 100);
    await limiter.claim(ENVIRONMENT, key, 99);
    const { userId } = await add(aUserId(), key);
    const nothingNew = world.container.typed.update(aCall(), userId ?? '', key, { value: 'contrast' });
    expect(await nothingNew).toMatchObject({ version: 1 });
    await expect(add(aUserId(), key)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('is in the log each time it changes, with what was before and after', async () => {
    const [key, user] = [await aTheme(), aUserId()];
    await add(user, key, { reason: 'asked' });
    await world.container.typed.update(aCall(), user, key, { enabled: false });
    await world.container.typed.remove(aCall(), user, key);
    const stream = driveStream(world);
    await stream.deliverNew();
    const { items } = await world.container.audit.list({ environment: ENVIRONMENT, userId: user, limit: 9 });
    expect(items.map(({ event, flagKey, changedKeys }) => [event, flagKey, changedKeys])).toEqual([
      ['override.removed', key, ['value', 'enabled', 'reason']],
      ['override.updated', key, ['enabled']],
      ['override.added', key, ['value', 'enabled', 'reason']],
    ]);
    expect(items[1]).toMatchObject({
      before: { enabled: true },
      after: { enabled: false, value: 'contrast' },
    });
    expect(await stream.unattributed()).toEqual([]);
  });
});

describe('the list of the values of a user', () => {
  it('comes in pages that may end at an override of another kind, and go on from there', async () => {
    const user = aUserId();
    const keys = Array.from({ length: 13 }, (_, number) => `rare-${String(number).padStart(2, '0')}`);
    for (const key of keys) {
      await world.container.createFlag({ key });
      await world.container.put(key, user, 'include');
      await world.container.put(key, user, 'exclude');
    }
    await add(user, 'rare-12', { value: true });
    const { flagTable } = openTables(world.config);
    const overrides = new DynamoOverrideRepository(flagTable, Date.now);
    const typed = new TypedOverrideService({
      writer: composeOverrideWriter(flagTable),
      search: new OverrideSearch({
        flags: new DynamoFlagRepository(flagTable, Date.now),
        // as of somebody who has very many
        overrides: { walk: (range, page) => overrides.walk(range, { ...page, limit: 1 }) },
        clock: Date.now,
      }),
      limiter: new DynamoChangeLimiter(flagTable, Date.now, 100),
      compilers,
      userIdFormat: 'sub',
      telemetry,
    });
    const first = await typed.list(ENVIRONMENT, user, { after: undefined, limit: 50 });
    expect(first.items).toEqual([]);
    expect(first.next).toMatch(typed.positionForm(user));
    const second = await typed.list(ENVIRONMENT, user, { after: first.next, limit: 50 });
    expect(second).toMatchObject({ items: [{ flagKey: 'rare-12' }], next: undefined });
  });

  it('comes in pages, of flags that are there, without includes and excludes', async () => {
    const user = aUserId();
    const keys: string[] = [];
    for (let flag = 0; flag < 5; flag += 1) {
      keys.push(await aTheme());
      await add(user, keys[flag]!);
    }
    await world.container.put(keys[0]!, user, 'include');
    await add(aUserId(), keys[0]!);
    expect(await listed(user, 2)).toEqual([...keys].sort());
    await world.container.flags.delete(aCall(), keys[1]!);
    await world.container.flags.delete(aCall(), keys[2]!);
    await world.container.createFlag({ key: keys[2]! });
    expect(await listed(user, 2)).toEqual([keys[0], keys[3], keys[4]].sort());
  });
});
