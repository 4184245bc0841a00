import type { Import } from '../../../shared/contract/import-answers';
import { openTables } from '../../../shared/composition/parts';
import { DynamoBackupRepository } from '../../../shared/dynamodb/import-backups';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { beforeNext } from '../../support/before-next';
import { importSide, includes, users } from '../../support/import-side';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  side = importSide(world);
});
afterAll(() => world.stop());

const openBackups = () => new DynamoBackupRepository(openTables(world.config).flagTable, Date.now);

/** Imports that give all users a reason, one after the other. */
const importOneOnTheOther = async (
  flagKey: string,
  userIds: readonly string[],
  reasons: readonly string[],
): Promise<Import[]> => {
  const started: Import[] = [];
  for (const reason of reasons) {
    started.push(await side.imported(flagKey, includes(userIds, reason)));
  }
  return started;
};

const ORDERS = [
  { order: 'the last one first', at: [1, 0] },
  { order: 'the first one first', at: [0, 1] },
] as const;

describe('imports that were made one on the other', () => {
  it.each(ORDERS)('leave what was there before both when both are undone, $order', async ({ at }) => {
    const key = `stacked-${at.join('-')}`;
    await world.container.createFlag({ key });
    const [known, fresh] = users(2) as [string, string];
    await world.container.put(key, known, 'include', { reason: 'by hand' });
    const started = await importOneOnTheOther(key, [known, fresh], ['first', 'second']);
    for (const each of at) {
      expect(await side.undo(key, started[each]!)).toMatchObject({ state: 'undone' });
    }
    expect(await side.listed(key)).toEqual([`${known} include by hand`]);
    expect(await side.counted(key)).toMatchObject({ include: 1 });
  });

  it('leave what the other one gave when one is undone', async () => {
    const key = 'stacked-once';
    await world.container.createFlag({ key });
    const [user] = users(1) as [string];
    const [first, second] = (await importOneOnTheOther(key, [user], ['first', 'second'])) as [Import, Import];
    expect(await side.undo(key, first)).toMatchObject({ undo: { restored: 0, left: 1 } });
    expect(await side.listed(key)).toEqual([`${user} include second`]);
    const [third] = (await importOneOnTheOther(key, [user], ['third'])) as [Import];
    await side.undo(key, third);
    expect(await side.listed(key)).toEqual([`${user} include second`]);
    expect(await side.undo(key, second)).toMatchObject({ undo: { restored: 1, left: 0 } });
    expect(await side.listed(key)).toEqual([]);
  });

  it('leave what a person has changed in between, whichever of them is undone', async () => {
    const key = 'stacked-around';
    await world.container.createFlag({ key });
    const [user] = users(1) as [string];
    const [first] = (await importOneOnTheOther(key, [user], ['first'])) as [Import];
    await world.container.put(key, user, 'include', { reason: 'by hand' });
    const [second] = (await importOneOnTheOther(key, [user], ['second'])) as [Import];
    await side.undo(key, first);
    await side.undo(key, second);
    expect(await side.listed(key)).toEqual([`${user} include by hand`]);
  });

  it.each([
    { order: 'from the top', turned: (each: Import[]) => each.reverse() },
    { order: 'from below', turned: (each: Import[]) => each },
  ])('can all be undone, six of them, $order', async ({ order, turned }) => {
    const key = `stacked-high-${order.replace(' ', '-')}`;
    await world.container.createFlag({ key });
    const [user] = users(1) as [string];
    await world.container.put(key, user, 'include', { reason: 'by hand' });
    const started = await importOneOnTheOther(key, [user], ['1', '2', '3', '4', '5', '6']);
    for (const each of turned(started)) {
      await side.undo(key, each);
    }
    expect(await side.listed(key)).toEqual([`${user} include by hand`]);
  });

  it('leave what stands where it is not kept any more what lay below', async () => {
    const key = 'stacked-forgotten';
    await world.container.createFlag({ key });
    const [user, other] = users(2) as [string, string];
    await world.container.put(key, user, 'include', { reason: 'by hand' });
    const [only] = (await importOneOnTheOther(key, [user, other], ['imported'])) as [Import];
    const backups = openBackups();
    expect(await backups.forget(await backups.ofUser(ENVIRONMENT, user))).toBe(1);
    expect(await side.undo(key, only)).toMatchObject({ state: 'undone', undo: { restored: 1, left: 1 } });
    expect(await side.listed(key)).toEqual([`${user} include imported`]);
  });

  it('leave nothing of either where both are undone at the same time', async () => {
    const key = 'stacked-twice';
    await world.container.createFlag({ key });
    const [user] = users(1) as [string];
    const [first, second] = (await importOneOnTheOther(key, [user], ['first', 'second'])) as [Import, Import];
    const undoing = await world.container.importJobs.undo(aCall(), side.placeOf(key, second.id));
    beforeNext(DynamoImportRepository, 'commit', () => side.undo(key, first));
    await side.workOff(key, undoing);
    expect(await side.get(key, second)).toMatchObject({ state: 'undone' });
    expect(await side.listed(key)).toEqual([]);
  });

  it('are told to be undone, one by one, also where there was nothing left to put back', async () => {
    const key = 'stacked-told';
    await world.container.createFlag({ key });
    const [first, second] = (await importOneOnTheOther(key, users(1), ['first', 'second'])) as [
      Import,
      Import,
    ];
    await side.undo(key, first);
    await side.undo(key, second);
    const { imported } = await side.audited(key);
    expect(imported.map(({ after }) => after)).toMatchObject([
      { undoneImportId: second.id, restored: 1, left: 0, removed: 1 },
      { undoneImportId: first.id, restored: 0, left: 1 },
      { importId: second.id },
      { importId: first.id },
    ]);
  });

  it('may have values of any size, and come back to the first of them', async () => {
    const { typed, bulk, createFlag } = world.container;
    const key = 'stacked-large';
    const large = (character: string) => character.repeat(32_000);
    const fields = { type: 'string', variants: { on: 'a', off: 'b' } } as const;
    await createFlag({ key, ...fields });
    const [user] = users(1) as [string];
    const copies: Import[] = [];
    for (const [index, character] of ['1', '2', '3', '4'].entries()) {
      const source = `${key}-from-${String(index)}`;
      await createFlag({ key: source, ...fields });
      const value = large('\\') + character;
      await typed.add(aCall(), user, { flagKey: source, value, enabled: true }, undefined);
      const copied = await bulk.copy(aCall(), source, key);
      expect(copied).toMatchObject({ state: 'done', rejected: 0 });
      copies.push(copied);
    }
    expect((await typed.get(ENVIRONMENT, user, key)).value).toBe(`${large('\\')}4`);
    for (const copied of copies.slice(1)) {
      await side.undo(key, copied);
    }
    expect((await typed.get(ENVIRONMENT, user, key)).value).toBe(`${large('\\')}1`);
  });
});
