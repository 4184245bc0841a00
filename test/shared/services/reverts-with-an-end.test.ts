import { composeOverrideReader } from '../../support/stored-overrides';
import { revertingIn } from '../../support/reverting';
import { aUserId, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

const { aFlag, lastEvent, revert } = revertingIn(() => world);

const stateOf = (key: string, userId: string) =>
  composeOverrideReader(world).shown(key, { userId, deviceId: null });

const future = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('reverting the end of an override', () => {
  const ended = async (userId: string): Promise<{ key: string; id: string }> => {
    const [key, endsMs] = [await aFlag(), Date.now() + 1_000];
    await world.container.put(key, userId, 'exclude', { expiresAt: new Date(endsMs).toISOString() });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, endsMs - Date.now()) + 20));
    await world.container.put(key, userId, 'exclude');
    await world.container.remove(key, userId);
    return { key, id: (await lastEvent('override.expired', key)).id };
  };

  it.each([
    ['an end', future(600_000)],
    ['no end', null],
  ])('brings it back with %s', async (_, expiresAt) => {
    const userId = aUserId();
    const { key, id } = await ended(userId);
    expect(await revert(id, {}, expiresAt)).toMatchObject({
      event: 'override.added',
      before: null,
      after: { overrideType: 'exclude', expiresAt },
      reason: `revert of ${id}`,
    });
    expect(await stateOf(key, userId)).toMatchObject([{ kind: 'exclude', expiresAt, version: 1 }]);
    await expect(revert(id, {}, null)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('needs an end that lies ahead, and writes nothing without', async () => {
    const userId = aUserId();
    const { key, id } = await ended(userId);
    await expect(revert(id)).rejects.toMatchObject({ code: 'NOT_REVERTIBLE' });
    await expect(revert(id, {}, future(-1))).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/expiresAt', code: 'not_in_the_future' }],
    });
    expect(await stateOf(key, userId)).toEqual([]);
  });
});

it('gives those that come back the end that is said, also where their own is not over', async () => {
  const [key, userId, expiresAt] = [await aFlag(), aUserId(), future(900_000)];
  await world.container.put(key, userId, 'include', { expiresAt: future(600_000) });
  await world.container.remove(key, userId);
  const { id } = await lastEvent('override.removed', key);
  expect(await revert(id, {}, expiresAt)).toMatchObject({ after: { expiresAt } });
});

it('refuses an end where the revert only takes away, and leaves all as it is', async () => {
  const [key, userId] = [await aFlag(), aUserId()];
  await world.container.put(key, userId, 'include');
  const { id } = await lastEvent('override.added', key);
  await expect(revert(id, { dryRun: true }, null)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  await expect(revert(id, {}, future(600_000))).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    errors: [{ pointer: '/expiresAt', code: 'no_override' }],
  });
  expect(await stateOf(key, userId)).toMatchObject([{ kind: 'include', version: 1 }]);
});

it('writes nothing where the end is all that would change, and it is the one that is there', async () => {
  const [key, userId, expiresAt] = [await aFlag(), aUserId(), future(900_000)];
  await world.container.put(key, userId, 'include', { expiresAt: future(600_000) });
  await world.container.put(key, userId, 'include', { expiresAt });
  const { id } = await lastEvent('override.updated', key);
  await expect(revert(id, {}, expiresAt)).rejects.toMatchObject({
    code: 'NOT_REVERTIBLE',
    message: expect.stringContaining('nothing to put back'),
  });
  expect(await stateOf(key, userId)).toMatchObject([{ expiresAt, version: 2 }]);
});
