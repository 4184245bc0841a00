import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { withDeadline } from '../../../shared/deadline';
import { csvOf, importSide, includes, type Row, users } from '../../support/import-side';
import { aCall, aUserId, ENVIRONMENT, openWorld, passTime, type World } from '../../support/world';

let world: World;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  side = importSide(world);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => world.stop());

const HOUR_MS = 3_600_000;

/** An import that changes the reason of an override, and may change its end; the time of what it replaced is over then. */
const overtaken = async (flagKey: string, userId: string, { isProlonged = false } = {}) => {
  await world.container.createFlag({ key: flagKey });
  const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
  await world.container.put(flagKey, userId, 'include', { expiresAt, reason: 'before' });
  const started = await side.started(flagKey, [
    csvOf([[userId, 'include', 'imported', isProlonged ? '' : expiresAt]]),
  ]);
  await side.workOff(flagKey, started);
  passTime(HOUR_MS);
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

describe('an undo of many overrides', () => {
  it('puts back as many at a time as go into a transaction', async () => {
    await world.container.createFlag({ key: 'many' });
    const started = await side.started('many', [csvOf(includes(users(180)))]);
    await side.workOff('many', started);
    const { version } = await side.get('many', started);
    // it begins with a step of its own, and what it takes away is kept, an item each
    expect(await side.undo('many', started)).toMatchObject({
      version: version + 5,
      undo: { restored: 180, left: 0 },
    });
    expect(await side.listed('many')).toEqual([]);
  });

  it('tells the end of each that has expired', async () => {
    await world.container.createFlag({ key: 'many-over' });
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const rows = users(180).map((userId, index): Row => [
      userId,
      'include',
      '',
      index % 2 === 0 ? expiresAt : '',
    ]);
    const started = await side.started('many-over', [csvOf(rows)]);
    await side.workOff('many-over', started);
    passTime(HOUR_MS);
    expect(await side.undo('many-over', started)).toMatchObject({
      state: 'undone',
      undo: { restored: 180, left: 0 },
    });
    const { imported } = await side.audited('many-over');
    expect(imported[0]?.after).toMatchObject({ restored: 180, added: 0, updated: 0, removed: 90 });
    const events = (await side.drive.auditLog()).filter(({ flagKey }) => flagKey === 'many-over');
    expect(events.filter(({ event }) => event === 'override.expired')).toHaveLength(90);
    expect(await side.counted('many-over')).toMatchObject({ include: 0 });
  });
});

describe('an undo of values', () => {
  it('switches those off that no longer fit the flag, and says how many', async () => {
    const [key, source] = ['size', 'size-source'];
    const [unfit, off, fits] = users(3) as [string, string, string];
    const fields = { type: 'number', variants: { on: 20, off: 10 } } as const;
    await world.container.createFlag({ key, ...fields });
    await world.container.createFlag({ key: source, ...fields });
    const { typed, flags, bulk } = world.container;
    const give = (flagKey: string, userId: string, value: number, enabled = true) =>
      typed.add(aCall(), userId, { flagKey, value, enabled }, undefined);
    await Promise.all([give(key, unfit, 5), give(key, off, 6, false), give(key, fits, 30)]);
    await Promise.all([unfit, off, fits].map((userId) => give(source, userId, 50)));
    const copied = await bulk.copy(aCall(), source, key);
    expect(copied).toMatchObject({ state: 'done', updated: 3 });
    await flags.patch(aCall(), key, { enabled: true, valueSchema: { minimum: 10 } });

    expect(await side.undo(key, copied)).toMatchObject({ undo: { restored: 3, left: 0, switchedOff: 1 } });
    expect(await typed.get(ENVIRONMENT, unfit, key)).toMatchObject({ value: 5, enabled: false });
    expect(await typed.get(ENVIRONMENT, off, key)).toMatchObject({ value: 6, enabled: false });
    expect(await typed.get(ENVIRONMENT, fits, key)).toMatchObject({ value: 30, enabled: true });
    expect(await world.newContainer().valueOf(key, unfit)).toBe(20);
    expect(await side.counted(key)).toMatchObject({ value: 1 });
  });
});

describe('the totals of overrides', () => {
  it('count what an undo removes and what it puts back', async () => {
    const key = 'totals';
    await world.container.createFlag({ key });
    const [known, ...others] = users(6) as [string, ...string[]];
    await world.container.put(key, known, 'include', { reason: 'before' });
    const started = await side.started(key, [csvOf(includes([known, ...others], 'imported'))]);
    await side.workOff(key, started);
    await side.undo(key, started);
    const { imported } = await side.audited(key);
    expect(imported[0]?.after).toMatchObject({ restored: 6, added: 0, updated: 1, removed: 5 });
    const { overrideTotals } = await composeMetricsService(world.config).read(ENVIRONMENT);
    expect(overrideTotals.get(key)).toEqual({ created: 6, updated: 2, deleted: 5, expired: 0 });
  });
});
