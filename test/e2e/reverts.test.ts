import { adminOf, expectProblem, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

/** The id of the newest event of a kind on a flag. */
const idOf = async (event: string, path: string): Promise<string> => {
  const { body } = await eventually(
    () => ask('GET', `/api/admin/audit?event=${event}&flagKey=${keyOf(path)}&limit=1`),
    (answer) => {
      expect(answer.body.items).toHaveLength(1);
    },
  );
  return (body.items[0] as { id: string }).id;
};

const revert = (id: string, query = '', body?: object) =>
  ask('POST', `/api/admin/audit/${id}/revert${query}`, body);

describe('reverting', () => {
  it('puts a flag back, once, and says so in the audit log', async () => {
    const path = await makeFlag({ rolloutPercentage: 10 });
    await ask('PATCH', path, { rolloutPercentage: 90 });
    const id = await idOf('flag.updated', path);
    expect(await revert(id, '?dryRun=true')).toMatchObject({
      status: 200,
      body: { values: { rolloutPercentage: 10 } },
    });
    expect((await ask('GET', path)).body).toMatchObject({ rolloutPercentage: 90, version: 2 });
    const reverted = await revert(id);
    expect(reverted).toMatchObject({
      status: 200,
      body: {
        event: 'flag.updated',
        flagKey: keyOf(path),
        actor: guidon.ids.admin,
        reason: `revert of ${id}`,
        route: 'POST /api/admin/audit/{id}/revert',
      },
    });
    expect((await ask('GET', path)).body).toMatchObject({ rolloutPercentage: 10, version: 3 });
    expectProblem(await revert(id), 412, 'VERSION_CONFLICT');
    await eventually(
      () => ask('GET', `/api/admin/audit?flagKey=${keyOf(path)}&limit=1`),
      ({ body }) => {
        expect(body.items).toEqual([reverted.body]);
      },
    );
  });

  it('gives a user the override back that was removed', async () => {
    const [path, userId] = [await makeFlag(), newUserId()];
    await ask('POST', `${path}/users`, { userId, overrideType: 'include', reason: 'why' });
    await ask('DELETE', `${path}/users/${userId}`);
    expect(await revert(await idOf('override.removed', path))).toMatchObject({
      status: 200,
      body: { event: 'override.added', targetUserId: userId },
    });
    expect((await ask('GET', `${path}/users`)).body.includes).toMatchObject([{ userId, reason: 'why' }]);
  });

  it('gives a user the override back whose time was over, with another end', async () => {
    const [path, userId, endsMs] = [await makeFlag(), newUserId(), Date.now() + 1_500];
    const expiresAt = new Date(endsMs).toISOString();
    await ask('POST', `${path}/users`, { userId, overrideType: 'include', expiresAt });
    await new Promise((resolve) => setTimeout(resolve, endsMs - Date.now() + 20));
    // what is replaced after its end has ended, whether or not DynamoDB has collected it
    await ask('POST', `${path}/users`, { userId, overrideType: 'include' });
    await ask('DELETE', `${path}/users/${userId}`);
    const id = await idOf('override.expired', path);
    expect(await revert(id)).toMatchObject({ status: 409, body: { code: 'NOT_REVERTIBLE' } });
    for (const body of [{ expiresAt: 'soon' }, { expiresAt }, { until: null }]) {
      expectProblem(await revert(id, '', body), 400, 'INVALID_REQUEST');
    }
    const later = new Date(Date.now() + 600_000).toISOString();
    expect(await revert(id, '', { expiresAt: later })).toMatchObject({
      status: 200,
      body: { event: 'override.added', targetUserId: userId, after: { expiresAt: later } },
    });
    expect((await ask('GET', `${path}/users`)).body.includes).toMatchObject([{ userId, expiresAt: later }]);
  });

  it('takes back many overrides that came as one change', async () => {
    const [path, kept] = [await makeFlag(), newUserId()];
    await ask('POST', `${path}/users`, { userId: kept, overrideType: 'include', reason: 'before' });
    const userIds = [kept, newUserId(), newUserId()];
    await ask('POST', `${path}/users/bulk`, { overrideType: 'include', userIds, reason: 'bulk' });
    const id = await idOf('overrides.imported', path);
    const dry = await revert(id, '?dryRun=true');
    expect(dry).toMatchObject({ status: 202, body: { state: 'done' } });
    const undoing = await revert(id);
    expect(undoing).toMatchObject({ status: 202, body: { flagKey: keyOf(path), state: 'undoing' } });
    await eventually(
      () => ask('GET', undoing.headers.get('location') ?? ''),
      ({ body }) => {
        expect(body).toMatchObject({ state: 'undone' });
      },
    );
    const { includes } = (await ask('GET', `${path}/users`)).body;
    expect(includes).toMatchObject([{ userId: kept, reason: 'before' }]);
    expectProblem(await revert(id), 409, 'IN_USE');
    expectProblem(await revert(id, '?dryRun=true'), 409, 'IN_USE');
    const undo = await eventually(
      () => ask('GET', `/api/admin/audit?event=overrides.imported&flagKey=${keyOf(path)}&limit=1`),
      ({ body }) => {
        expect(body.items).toMatchObject([
          { after: { undoneImportId: undoing.body.id as string }, reason: `revert of ${id}` },
        ]);
      },
    );
    const undoId = (undo.body.items[0] as { id: string }).id;
    expect(await revert(undoId, '?dryRun=true')).toMatchObject({ status: 202, body: { state: 'undone' } });
    expectProblem(await revert(undoId, '', { expiresAt: null }), 400, 'INVALID_REQUEST');
    const redoing = await revert(undoId);
    expect(redoing).toMatchObject({ status: 202, body: { id: undoing.body.id, state: 'redoing' } });
    await eventually(
      () => ask('GET', redoing.headers.get('location') ?? ''),
      ({ body }) => {
        expect(body).toMatchObject({ state: 'done', redo: { restored: 3, left: 0, switchedOff: 0 } });
      },
    );
    const all = (await ask('GET', `${path}/users`)).body.includes as { userId: string; reason: string }[];
    expect(all.map((each) => `${each.userId} ${each.reason}`).sort()).toEqual(
      userIds.map((id) => `${id} bulk`).sort(),
    );
    expectProblem(await revert(undoId), 409, 'IN_USE');
    const redo = await eventually(
      () => ask('GET', `/api/admin/audit?event=overrides.imported&flagKey=${keyOf(path)}&limit=1`),
      ({ body }) => {
        expect(body.items).toMatchObject([
          { after: { redoneImportId: undoing.body.id as string }, reason: `revert of ${undoId}` },
        ]);
      },
    );
    expect(await revert((redo.body.items[0] as { id: string }).id)).toMatchObject({
      status: 202,
      body: { state: 'undoing' },
    });
  });

  it('is refused for what is not there, and for what is spelled wrong', async () => {
    const path = await makeFlag();
    const id = await idOf('flag.created', path);
    expectProblem(await revert('01a1fded-bd16-735b-92dc-eadfe249d180'), 404, 'NOT_FOUND');
    expectProblem(await revert(id, '?environment=staging'), 404, 'NOT_FOUND');
    expectProblem(await revert('a%20b'), 400, 'INVALID_REQUEST');
    expectProblem(await revert(id, '?dryRun=maybe'), 400, 'INVALID_REQUEST');
    expectProblem(await revert(id, '?force=maybe'), 400, 'INVALID_REQUEST');
    expect(await revert(id, '?force=true&dryRun=true')).toMatchObject({
      status: 200,
      body: { event: 'flag.deleted' },
    });
  });
});
