import { withDeadline } from '../../../shared/deadline';
import { csvOf, importSide, includes, shown, users } from '../../support/import-side';
import { codeOf } from '../../support/refusals';
import { aCall, aUserId, openFaultyWorld, pauseUntil, soonMs, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
  side = importSide(world);
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

describe('an import', () => {
  it('writes the rows of all its parts, counts them, and is one event of the audit log', async () => {
    await world.container.createFlag({ key: 'whole' });
    const [ones, others] = [includes(users(95), 'pilot'), includes(users(5))];
    await world.container.put('whole', String(others[0]?.[0]), 'include');
    await world.container.put('whole', String(ones[0]?.[0]), 'include');
    const started = await side.started('whole', [csvOf(ones), csvOf(others)]);
    expect(started).toMatchObject({ state: 'running', progress: { rows: 100, done: 0 } });
    await side.workOff('whole', started);

    expect(await side.get('whole', started)).toMatchObject({
      state: 'done',
      progress: { rows: 100, done: 100 },
      accepted: 100,
      added: 98,
      updated: 1,
      unchanged: 1,
      rejected: 0,
      errors: [],
    });
    expect(await side.listed('whole')).toEqual(shown([...ones, ...others]));
    expect(await side.counted('whole')).toMatchObject({ include: 100, exclude: 0 });
    const { imported, unattributed } = await side.audited('whole');
    expect(imported).toMatchObject([
      {
        actor: aCall().attribution.actor,
        requestId: 'request-1',
        before: null,
        after: { importId: started.id, accepted: 100, added: 98, updated: 1, unchanged: 1, rejected: 0 },
      },
    ]);
    expect(unattributed).toEqual([]);
    const user = String(ones[5]?.[0]);
    expect(await world.newContainer().valueOf('whole', user)).toBe(true);
  });

  it('rejects rows one by one, names them, and has defaults for cells that are empty', async () => {
    await world.container.createFlag({ key: 'rejecting' });
    const made = await world.container.imports.create(aCall(), 'rejecting', {
      overrideType: 'exclude',
      reason: 'by default',
    });
    const of = side.placeOf('rejecting', made.id);
    const [one, two] = users(2);
    const rows = [
      `${one},`,
      'nobody,',
      `${two},include,x`,
      `${aUserId()},sometimes`,
      `${aUserId()},include,${'r'.repeat(501)}`,
      `${aUserId()},include,,yesterday`,
      `${aUserId()},include,,2020-01-01T00:00:00Z`,
      `${aUserId()},include,,,more`,
    ];
    await world.container.imports.putPart(
      of,
      1,
      ['userId,overrideType,reason,expiresAt', ...rows].join('\n'),
    );
    await side.workOff('rejecting', await world.container.imports.start(aCall(), of));
    const done = await side.get('rejecting', made);
    expect(done).toMatchObject({ accepted: 2, rejected: 6, added: 2 });
    expect(done.errors.map(({ part, row, code }) => [part, row, code])).toEqual([
      [1, 2, 'invalid_user_id'],
      [1, 4, 'invalid_override_type'],
      [1, 5, 'invalid_reason'],
      [1, 6, 'invalid_expires_at'],
      [1, 7, 'not_in_the_future'],
      [1, 8, 'too_many_cells'],
    ]);
    expect(done.errors[0]?.userId).toBe('nobody');
    expect(await side.listed('rejecting')).toEqual([`${one} exclude by default`, `${two} include x`].sort());
  });

  it('names rows of ids that take as much room as they can', async () => {
    await world.container.createFlag({ key: 'roomy' });
    const ids = Array.from({ length: 600 }, (_, n) => `${n}`.padEnd(128, '\u0001'));
    const dry = await side.started('roomy', [csvOf(includes(ids))], aCall({ dryRun: true }));
    await side.workOff('roomy', dry);
    const { state, rejected, errors } = await side.get('roomy', dry);
    expect([state, rejected, errors.length]).toEqual(['done', 600, 600]);
    expect(errors.map(({ row }) => row)).toEqual(ids.map((_, index) => index + 1));
  });

  it('takes the later row of a user, in a part and over parts, and keeps what was there first for the undoing', async () => {
    await world.container.createFlag({ key: 'twice' });
    const [user, other] = users(2) as [string, string];
    await world.container.put('twice', user, 'include', { reason: 'first' });
    const parts = [
      csvOf([[user, 'include', 'a'], ...includes([other]), [user, 'include', 'b']]),
      csvOf([
        [user, 'include', 'c'],
        [other, 'include', 'd'],
      ]),
    ];
    const started = await side.started('twice', parts);
    await side.workOff('twice', started);
    expect(await side.listed('twice')).toEqual([`${user} include c`, `${other} include d`].sort());
    expect(await side.undo('twice', started)).toMatchObject({
      state: 'undone',
      undo: { restored: 2, left: 0 },
    });
    expect(await side.listed('twice')).toEqual([`${user} include first`]);
    expect((await side.audited('twice')).unattributed).toEqual([]);
    expect(await side.counted('twice')).toMatchObject({ include: 1 });
  });

  it('replaces an override that has expired by a new one, whose end is told', async () => {
    await world.container.createFlag({ key: 'over' });
    const userId = aUserId();
    const endMs = soonMs();
    await world.container.put('over', userId, 'include', { expiresAt: new Date(endMs).toISOString() });
    const started = await side.started('over', [csvOf(includes([userId], 'new'))]);
    await new Promise((resolve) => setTimeout(resolve, endMs - Date.now() + 20));
    await side.workOff('over', started);
    expect(await side.get('over', started)).toMatchObject({ added: 1, updated: 0 });
    await side.audited('over');
    const events = (await side.drive.auditLog()).filter(({ flagKey }) => flagKey === 'over');
    expect(events.map(({ event }) => event)).toContain('override.expired');
    expect(await side.counted('over')).toMatchObject({ include: 1 });
  });

  it('rejects a row whose end has passed by the time it is its turn', async () => {
    await world.container.createFlag({ key: 'late' });
    const [ended, other] = users(2) as [string, string];
    const endMs = soonMs();
    const expiresAt = new Date(endMs).toISOString();
    await world.container.put('late', ended, 'include', { expiresAt });
    const first = csvOf(includes(users(1)));
    const started = await side.started('late', [
      first,
      csvOf([...includes([other]), [ended, 'include', 'late', expiresAt]]),
    ]);
    await pauseUntil(endMs);
    await side.workOff('late', started);
    const done = await side.get('late', started);
    expect(done).toMatchObject({ accepted: 2, rejected: 1 });
    expect(done.errors).toMatchObject([{ part: 2, row: 2, userId: ended, code: 'not_in_the_future' }]);
    await withDeadline(3_000, () => world.container.put('late', ended, 'include'));
    await withDeadline(3_000, () => world.container.put('late', ended, 'include', { reason: 'once more' }));
    expect(await side.counted('late')).toMatchObject({ include: 3 });
  });

  it('says on a dry run what would be, writes nothing, and can be started then', async () => {
    await world.container.createFlag({ key: 'dry' });
    const rows = includes(users(600));
    await world.container.put('dry', String(rows[0]?.[0]), 'include');
    const dry = await side.started('dry', [csvOf(rows)], aCall({ dryRun: true }));
    await side.workOff('dry', dry);
    expect(await side.get('dry', dry)).toMatchObject({
      // as many rows at a time as are read at once
      version: dry.version + 2,
      state: 'done',
      dryRun: true,
      added: 599,
      unchanged: 1,
    });
    expect(await side.listed('dry')).toHaveLength(1);
    expect((await side.audited('dry')).imported).toEqual([]);
    expect(await codeOf(world.container.importJobs.undo(aCall(), side.placeOf('dry', dry.id)))).toBe(
      'IN_USE',
    );

    const started = await world.container.imports.start(aCall(), side.placeOf('dry', dry.id));
    await side.workOff('dry', started);
    expect(await side.get('dry', dry)).toMatchObject({
      state: 'done',
      dryRun: false,
      accepted: 600,
      added: 599,
    });
    expect(await side.listed('dry')).toHaveLength(600);
  });

  it('stops where it is cancelled, says what was done, and can be undone', async () => {
    await world.container.createFlag({ key: 'stopped' });
    const started = await side.started('stopped', [csvOf(includes(users(120)))]);
    await side.workOff('stopped', started, 1);
    const cancelled = await world.container.imports.cancel(side.placeOf('stopped', started.id));
    expect(cancelled).toMatchObject({ state: 'cancelled', added: 90, progress: { rows: 120, done: 90 } });
    await side.workOff('stopped', started);
    expect(await side.listed('stopped')).toHaveLength(90);
    expect((await side.audited('stopped')).imported).toMatchObject([
      { after: { added: 90, state: 'cancelled' } },
    ]);
    expect(await side.undo('stopped', started)).toMatchObject({
      state: 'undone',
      undo: { restored: 90, left: 0 },
    });
    expect(await side.listed('stopped')).toEqual([]);
  });

  it('leaves at its undoing what somebody has changed since', async () => {
    await world.container.createFlag({ key: 'since' });
    const [kept, removed, ...others] = users(60) as [string, string, ...string[]];
    const started = await side.started('since', [csvOf(includes([kept, removed, ...others]))]);
    await side.workOff('since', started);
    await world.container.put('since', kept, 'include', { reason: 'mine' });
    await world.container.remove('since', removed);
    expect(await side.undo('since', started)).toMatchObject({ undo: { restored: 58, left: 2 } });
    expect(await side.listed('since')).toEqual([`${kept} include mine`]);
    expect(await side.counted('since')).toMatchObject({ include: 1 });
    const { imported, unattributed } = await side.audited('since');
    expect(imported[0]?.after).toMatchObject({ undoneImportId: started.id, restored: 58, left: 2 });
    expect(imported).toHaveLength(2);
    expect(unattributed).toEqual([]);
  });

  it('fails when its flag is deleted, and is none of a new flag of that key', async () => {
    await world.container.createFlag({ key: 'gone' });
    const started = await side.started('gone', [csvOf(includes(users(3)))]);
    await world.container.flags.delete(aCall(), 'gone');
    await side.workOff('gone', started);
    await world.container.createFlag({ key: 'gone' });
    expect(await side.listed('gone')).toEqual([]);
    expect(await codeOf(side.get('gone', started))).toBe('NOT_FOUND');
  });
});
