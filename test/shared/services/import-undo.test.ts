import { withDeadline } from '../../../shared/deadline';
import { csvOf, importSide, includes } from '../../support/import-side';
import { aUserId, ENVIRONMENT, openWorld, pauseUntil, soonMs, type World } from '../../support/world';

let world: World;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  side = importSide(world);
});
afterAll(() => world.stop());

/** An import that changes the reason of an override, and may change its end; the time of what it replaced is over then. */
const overtaken = async (flagKey: string, userId: string, { isProlonged = false } = {}) => {
  await world.container.createFlag({ key: flagKey });
  const endMs = soonMs();
  const expiresAt = new Date(endMs).toISOString();
  await world.container.put(flagKey, userId, 'include', { expiresAt, reason: 'before' });
  const started = await side.started(flagKey, [
    csvOf([[userId, 'include', 'imported', isProlonged ? '' : expiresAt]]),
  ]);
  await side.workOff(flagKey, started);
  await pauseUntil(endMs);
  return started;
};

describe('an undo of what replaced an override that is over by now', () => {
  it('does not bring it back, so that it ends once and its place can be taken', async () => {
    const userId = aUserId();
    const started = await overtaken('ended', userId);
    expect(await side.undo('ended', started)).toMatchObject({
      state: 'undone',
      undo: { restored: 1, left: 0 },
    });
    expect(await side.counted('ended')).toMatchObject({ include: 0 });

    await withDeadline(3_000, () => world.container.put('ended', userId, 'include', { reason: 'again' }));
    const again = await side.started('ended', [csvOf(includes([userId], 'imported again'))]);
    await side.workOff('ended', again, 20);
    expect(await side.get('ended', again)).toMatchObject({ state: 'done', updated: 1 });
    expect(await side.listed('ended')).toEqual([`${userId} include imported again`]);
    expect(await side.counted('ended')).toMatchObject({ include: 1 });
    await side.audited('ended');
    const events = (await side.drive.auditLog()).filter(({ flagKey }) => flagKey === 'ended');
    expect(events.filter(({ event }) => event === 'override.expired')).toHaveLength(1);
  });

  it('removes what the import made last longer', async () => {
    const userId = aUserId();
    const started = await overtaken('prolonged', userId, { isProlonged: true });
    expect(await side.listed('prolonged')).toEqual([`${userId} include imported`]);
    await side.undo('prolonged', started);
    expect(await side.counted('prolonged')).toMatchObject({ include: 0 });
    const generation = await side.drive.generationOf('prolonged');
    const items = await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#prolonged#${generation}`, 'USER#');
    expect(items).toMatchObject([{ tombstone: true }]);
  });
});
