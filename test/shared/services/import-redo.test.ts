import { composeDepartureService } from '../../../shared/composition/departure-service';
import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { openTables } from '../../../shared/composition/parts';
import { DynamoBackupRepository } from '../../../shared/dynamodb/import-backups';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { beforeNext } from '../../support/before-next';
import { csvOf, importSide, includes, users } from '../../support/import-side';
import { aCall, ENVIRONMENT, openWorld, passTime, type World } from '../../support/world';

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

const includedAs = (userIds: readonly string[], reason: string): string[] =>
  userIds.map((id) => `${id} include ${reason}`).sort();

describe('the redo of an import', () => {
  it('brings back all that its undo took away, as it was, and can be undone and redone as often', async () => {
    const key = 'redone';
    await world.container.createFlag({ key });
    const userIds = users(130);
    const known = userIds.slice(0, 60);
    for (const userId of known) {
      await world.container.put(key, userId, 'include', { reason: 'before' });
    }
    const done = await side.imported(key, includes(userIds, 'imported'));
    for (const round of [1, 2]) {
      expect(await side.undo(key, done)).toMatchObject({
        state: 'undone',
        undo: { restored: 130, left: 0 },
        redo: null,
      });
      expect(await side.listed(key)).toEqual(includedAs(known, 'before'));
      expect(await side.redo(key, done)).toMatchObject({
        state: 'done',
        accepted: 130,
        added: 70,
        updated: 60,
        undo: null,
        redo: { restored: 130, left: 0, switchedOff: 0 },
      });
      expect(await side.listed(key)).toEqual(includedAs(userIds, 'imported'));
      expect(await side.counted(key)).toMatchObject({ include: 130 });
      const { imported: told, unattributed } = await side.audited(key);
      expect(told).toHaveLength(1 + 2 * round);
      expect(told[0]).toMatchObject({
        actor: aCall().attribution.actor,
        after: { redoneImportId: done.id, restored: 130, left: 0, added: 70, updated: 60, switchedOff: 0 },
      });
      expect(unattributed).toEqual([]);
    }
  });

  it('leaves what somebody has changed since, and what has ended, and says how many', async () => {
    const key = 'redone-around';
    await world.container.createFlag({ key });
    const [given, ended, removed, untouched] = users(4) as [string, string, string, string];
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    await world.container.put(key, removed, 'include', { reason: 'before' });
    const done = await side.imported(key, [
      ...includes([given, removed, untouched], 'imported'),
      [ended, 'include', 'imported', expiresAt],
    ]);
    await side.undo(key, done);
    await world.container.put(key, given, 'include', { reason: 'by hand' });
    await world.container.overrides.remove(aCall(), key, removed, 'include');
    passTime(HOUR_MS);
    expect(await side.redo(key, done)).toMatchObject({ redo: { restored: 1, left: 3 } });
    expect(await side.listed(key)).toEqual(
      [`${given} include by hand`, `${untouched} include imported`].sort(),
    );
    expect(await side.counted(key)).toMatchObject({ include: 2 });
    expect(await side.undo(key, done)).toMatchObject({ undo: { restored: 1, left: 3 } });
    expect(await side.listed(key)).toEqual([`${given} include by hand`]);
  });

  it.each([true, false])('goes by what is there, whether or not it is collected: %s', async (isCollected) => {
    const key = `redone-collected-${String(isCollected)}`;
    await world.container.createFlag({ key });
    const [added, lasting, ending, tried] = users(4) as [string, string, string, string];
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    await world.container.put(key, lasting, 'include', { reason: 'before' });
    await world.container.put(key, ending, 'include', { reason: 'before', expiresAt });
    const done = await side.imported(key, includes([added, lasting, ending, tried], 'imported'));
    await side.undo(key, done);
    await world.container.overrides.remove(aCall(), key, lasting, 'include');
    await world.container.put(key, tried, 'include', { reason: 'by hand' });
    await world.container.overrides.remove(aCall(), key, tried, 'include');
    passTime(HOUR_MS);
    if (isCollected) {
      const { flagTable } = openTables(world.config);
      const keys = [added, lasting, ending, tried].map((id) => side.drive.includeKey(key, id));
      await flagTable.deleteAll(await Promise.all(keys));
    }
    expect(await side.redo(key, done)).toMatchObject({ redo: { restored: 3, left: 1 } });
    expect(await side.listed(key)).toEqual(includedAs([added, ending, tried], 'imported'));
  });

  it('does not bring back who was removed in between', async () => {
    const key = 'redone-without';
    await world.container.createFlag({ key });
    const [gone, stays] = users(2) as [string, string];
    await world.container.put(key, gone, 'include', { reason: 'before' });
    const done = await side.imported(key, includes([gone, stays], 'imported'));
    await side.undo(key, done);
    const departures = composeDepartureService(world.config);
    await departures.remove(aCall(), gone);
    await departures.remove(aCall(), stays);
    const backups = new DynamoBackupRepository(openTables(world.config).flagTable, Date.now);
    expect(await backups.ofUser(ENVIRONMENT, gone)).toEqual([]);
    await expect(departures.remove(aCall(), stays)).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(await side.redo(key, done)).toMatchObject({ state: 'done', redo: { restored: 0, left: 0 } });
    expect(await side.listed(key)).toEqual([]);
  });

  it('does not bring back who is removed while the undo runs', async () => {
    const key = 'redone-after-all';
    await world.container.createFlag({ key });
    const [gone, stays] = users(2) as [string, string];
    const done = await side.imported(key, includes([gone, stays], 'imported'));
    // the undo takes away what the removal has just seen
    beforeNext(DynamoOverrideRepository, 'readSlots', () => side.undo(key, done));
    await composeDepartureService(world.config).remove(aCall(), gone);
    expect(await side.redo(key, done)).toMatchObject({ redo: { restored: 1, left: 0 } });
    expect(await side.listed(key)).toEqual(includedAs([stays], 'imported'));
  });

  it('does not bring back who is removed while it runs', async () => {
    const key = 'redone-meanwhile';
    await world.container.createFlag({ key });
    const [gone, stays] = users(2) as [string, string];
    const done = await side.imported(key, includes([gone, stays], 'imported'));
    await side.undo(key, done);
    const redoing = await world.container.importJobs.redo(aCall(), side.placeOf(key, done.id));
    beforeNext(DynamoImportRepository, 'commit', () =>
      composeDepartureService(world.config).remove(aCall(), gone),
    );
    await side.workOff(key, redoing);
    expect(await side.listed(key)).toEqual(includedAs([stays], 'imported'));
  });

  it('switches off the values that no longer fit the flag, and says how many', async () => {
    const [key, source] = ['redone-size', 'redone-size-source'];
    const { typed, flags, bulk, createFlag } = world.container;
    const fields = { type: 'number', variants: { on: 20, off: 10 } } as const;
    await createFlag({ key, ...fields });
    await createFlag({ key: source, ...fields });
    const [unfit, fits] = users(2) as [string, string];
    for (const [userId, value] of [
      [unfit, 99],
      [fits, 30],
    ] as const) {
      await typed.add(aCall(), userId, { flagKey: source, value, enabled: true }, undefined);
    }
    const copied = await bulk.copy(aCall(), source, key);
    await side.undo(key, copied);
    await flags.patch(aCall(), key, { valueSchema: { maximum: 50 } });
    expect(await side.redo(key, copied)).toMatchObject({ redo: { restored: 2, left: 0, switchedOff: 1 } });
    expect(await typed.get(ENVIRONMENT, unfit, key)).toMatchObject({ value: 99, enabled: false });
    expect(await typed.get(ENVIRONMENT, fits, key)).toMatchObject({ value: 30, enabled: true });
    expect(await side.counted(key)).toMatchObject({ value: 1 });
  });

  it('leads back to how the import had ended, and is for what is undone alone', async () => {
    const key = 'redone-cancelled';
    await world.container.createFlag({ key });
    const started = await side.started(key, [csvOf(includes(users(200)))]);
    await side.workOff(key, started, 1);
    const place = side.placeOf(key, started.id);
    await world.container.imports.cancel(place);
    const { importJobs } = world.container;
    await expect(importJobs.redo(aCall(), place)).rejects.toMatchObject({ code: 'IN_USE' });
    await side.undo(key, started);
    expect(await importJobs.redo(aCall({ dryRun: true }), place)).toMatchObject({ state: 'undone' });
    expect(await side.redo(key, started)).toMatchObject({ state: 'cancelled', redo: { restored: 90 } });
    expect(await side.counted(key)).toMatchObject({ include: 90 });
    await expect(importJobs.redo(aCall(), place)).rejects.toMatchObject({ code: 'IN_USE' });
  });

  it('is counted like any other change of overrides', async () => {
    const key = 'redone-totals';
    await world.container.createFlag({ key });
    const done = await side.imported(key, includes(users(5), 'imported'));
    await side.undo(key, done);
    await side.redo(key, done);
    await side.audited(key);
    const { overrideTotals } = await composeMetricsService(world.config).read(ENVIRONMENT);
    expect(overrideTotals.get(key)).toEqual({ created: 10, updated: 0, deleted: 5, expired: 0 });
  });
});
