import type { Import } from '../../../shared/contract/import-answers';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { beforeNext } from '../../support/before-next';
import { csvOf, importSide, includes, users } from '../../support/import-side';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  side = importSide(world);
});
afterAll(() => world.stop());

/** Imports that give all users a reason, one after the other. */
const importOneOnTheOther = async (
  flagKey: string,
  userIds: readonly string[],
  reasons: readonly string[],
): Promise<Import[]> => {
  const started: Import[] = [];
  for (const reason of reasons) {
    const each = await side.started(flagKey, [csvOf(includes(userIds, reason))]);
    await side.workOff(flagKey, each);
    started.push(each);
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

  it('are forgotten below the third: what lies there stays', async () => {
    const key = 'stacked-high';
    await world.container.createFlag({ key });
    const [user] = users(1) as [string];
    const started = await importOneOnTheOther(key, [user], ['1', '2', '3', '4', '5']);
    for (const each of started.reverse()) {
      await side.undo(key, each);
    }
    expect(await side.listed(key)).toEqual([`${user} include 2`]);
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

  it('may have values of any size, of which fewer are kept', async () => {
    const { typed, bulk, createFlag } = world.container;
    const key = 'stacked-large';
    const large = (character: string) => character.repeat(32_000);
    const fields = { type: 'string', variants: { on: 'a', off: 'b' } } as const;
    await createFlag({ key, ...fields });
    const [user] = users(1) as [string];
    for (const [index, character] of ['1', '2', '3', '4'].entries()) {
      const source = `${key}-from-${String(index)}`;
      await createFlag({ key: source, ...fields });
      const value = large('\\') + character;
      await typed.add(aCall(), user, { flagKey: source, value, enabled: true }, undefined);
      expect(await bulk.copy(aCall(), source, key)).toMatchObject({ state: 'done', rejected: 0 });
    }
    expect((await typed.get(ENVIRONMENT, user, key)).value).toBe(`${large('\\')}4`);
  });
});
