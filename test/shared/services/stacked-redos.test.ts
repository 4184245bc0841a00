import fc from 'fast-check';
import type { Import } from '../../../shared/contract/import-answers';
import { openTables } from '../../../shared/composition/parts';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { importKey } from '../../../shared/dynamodb/keys';
import { beforeNext } from '../../support/before-next';
import { csvOf, importSide, includes, users } from '../../support/import-side';
import { aCall, openWorld, type World } from '../../support/world';

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

/** A flag on which three imports were made, one on the other, with one user. */
const stacked = async (flagKey: string) => {
  await world.container.createFlag({ key: flagKey });
  const [user] = users(1) as [string];
  const [first, second, third] = [
    await side.imported(flagKey, includes([user], 'first')),
    await side.imported(flagKey, includes([user], 'second')),
    await side.imported(flagKey, includes([user], 'third')),
  ];
  const seen = async () => (await side.listed(flagKey)).map((each) => each.slice(`${user} include `.length));
  return { user, first, second, third, seen };
};

describe('imports that were made one on the other', () => {
  it('come back in the order in which they were made', async () => {
    const key = 'up-and-down';
    const { first, second, third, seen } = await stacked(key);
    for (const each of [third, second, first]) {
      await side.undo(key, each);
    }
    expect(await seen()).toEqual([]);
    for (const [each, reason] of [
      [first, 'first'],
      [second, 'second'],
      [third, 'third'],
    ] as const) {
      expect(await side.redo(key, each)).toMatchObject({ redo: { restored: 1, left: 0 } });
      expect(await seen()).toEqual([reason]);
    }
    await side.undo(key, third);
    expect(await seen()).toEqual(['second']);
  });

  it('come back below what came back before, and are seen once that is undone', async () => {
    const key = 'from-the-top';
    const { first, second, third, seen } = await stacked(key);
    for (const each of [first, second, third]) {
      await side.undo(key, each);
    }
    expect(await side.redo(key, third)).toMatchObject({ redo: { restored: 1, left: 0 } });
    expect(await seen()).toEqual(['third']);
    expect(await side.redo(key, first)).toMatchObject({ redo: { restored: 0, left: 1 } });
    expect(await seen()).toEqual(['third']);
    await side.undo(key, third);
    expect(await seen()).toEqual(['first']);
    expect(await side.redo(key, second)).toMatchObject({ redo: { restored: 1, left: 0 } });
    expect(await seen()).toEqual(['second']);
  });

  it('do not come back over one that was made after the undo', async () => {
    const key = 'overtaken';
    const { user, third, seen } = await stacked(key);
    await side.undo(key, third);
    await side.imported(key, includes([user], 'fourth'));
    expect(await side.redo(key, third)).toMatchObject({ redo: { restored: 0, left: 1 } });
    expect(await seen()).toEqual(['fourth']);
  });

  it('come back as they were where one is redone while another is undone', async () => {
    const key = 'at-the-same-time';
    const { second, third, seen } = await stacked(key);
    await side.undo(key, second);
    const undoing = await world.container.importJobs.undo(aCall(), side.placeOf(key, third.id));
    beforeNext(DynamoImportRepository, 'commit', () => side.redo(key, second));
    await side.workOff(key, undoing);
    expect(await seen()).toEqual(['second']);
  });

  it('come back as one that wrote twice left it', async () => {
    const key = 'written-twice';
    await world.container.createFlag({ key });
    const [user, ...others] = users(95) as [string, ...string[]];
    await world.container.put(key, user, 'include', { reason: 'by hand' });
    const parts = [[...includes([user], 'early'), ...includes(others)], includes([user], 'late')];
    const around = await side.started(key, parts.map(csvOf));
    await side.workOff(key, around, 1);
    const seen = async () => (await side.listed(key)).find((each) => each.startsWith(user));
    expect(await seen()).toBe(`${user} include early`);
    const between = await side.imported(key, includes([user], 'between'));
    await side.workOff(key, around);
    expect(await seen()).toBe(`${user} include late`);
    await side.undo(key, around);
    expect(await seen()).toBe(`${user} include between`);
    await side.undo(key, between);
    expect(await seen()).toBe(`${user} include by hand`);
    expect(await side.redo(key, around)).toMatchObject({ state: 'done', redo: { left: 0 } });
    expect(await seen()).toBe(`${user} include late`);
    await side.undo(key, around);
    expect(await seen()).toBe(`${user} include by hand`);
  });

  it.each([true, false])(
    'come back over what is undone below, whether or not it is collected: %s',
    async (isCollected) => {
      const key = `emptied-${String(isCollected)}`;
      const { user, first, second, third, seen } = await stacked(key);
      for (const each of [third, second, first]) {
        await side.undo(key, each);
      }
      if (isCollected) {
        const { flagTable } = openTables(world.config);
        await flagTable.deleteAll([await side.drive.includeKey(key, user)]);
      }
      expect(await side.redo(key, third)).toMatchObject({ redo: { restored: 1, left: 0 } });
      expect(await seen()).toEqual(['third']);
    },
  );

  it('stay undone below also when it is known no more that they were', async () => {
    const key = 'forgotten-below';
    const { first, second, third, seen } = await stacked(key);
    await side.undo(key, first);
    await side.undo(key, second);
    await side.undo(key, third);
    await side.redo(key, third);
    // as the store does some weeks later
    const { flagTable } = openTables(world.config);
    await flagTable.deleteAll([first, second].map(({ id }) => importKey(side.placeOf(key, id))));
    expect(await side.undo(key, third)).toMatchObject({ undo: { restored: 1, left: 0 } });
    expect(await seen()).toEqual([]);
  });

  it('are what comes back where they were not undone, and are known no more', async () => {
    const key = 'lasting-below';
    const { first, second, third, seen } = await stacked(key);
    const { flagTable } = openTables(world.config);
    await flagTable.deleteAll([first, second].map(({ id }) => importKey(side.placeOf(key, id))));
    await side.undo(key, third);
    expect(await seen()).toEqual(['second']);
  });
});

describe('imports, their undos and redos in any order', () => {
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.constant('import' as const) },
    { weight: 5, arbitrary: fc.nat({ max: 3 }) },
  );

  it('leave what was there before, once all are undone, and nothing twice', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 8 }), async (steps) => {
        const key = `any-order-${String((runs += 1))}`;
        await world.container.createFlag({ key });
        const [known, fresh] = users(2) as [string, string];
        await world.container.put(key, known, 'include', { reason: 'by hand' });
        const made: { at: Import; isUndone: boolean }[] = [];
        for (const [index, each] of (['import', ...steps] as const).entries()) {
          if (each === 'import') {
            made.push({
              at: await side.imported(key, includes([known, fresh], `import ${String(index)}`)),
              isUndone: false,
            });
            continue;
          }
          const turned = made[each % made.length]!;
          await (turned.isUndone ? side.redo : side.undo)(key, turned.at);
          turned.isUndone = !turned.isUndone;
          const listed = await side.listed(key);
          expect(await side.counted(key)).toMatchObject({ include: listed.length });
        }
        for (const { at, isUndone } of made) {
          if (!isUndone) {
            await side.undo(key, at);
          }
        }
        expect(await side.listed(key)).toEqual([`${known} include by hand`]);
        expect((await side.audited(key)).unattributed).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });
});
