import { randomUUID } from 'node:crypto';
import { compilePattern } from '../../../shared/composition/compile-pattern';
import { openTables } from '../../../shared/composition/parts';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { putBackup } from '../../../shared/dynamodb/import-backups';
import { leftByImport } from '../../../shared/dynamodb/import-items';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { putOverride } from '../../../shared/dynamodb/override-repository';
import type { ImportRecord, Layer } from '../../../shared/import-ports';
import type { StoredOverride } from '../../../shared/override-ports';
import type { FlagRecord } from '../../../shared/ports';
import { newImport } from '../../../shared/services/import-beginnings';
import { ImportLayers, MAX_PASSED } from '../../../shared/services/import-layers';
import { isLight } from '../../../shared/services/import-step-size';
import { ImportUndo } from '../../../shared/services/import-undo';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

const FLAG = 'deep';

let world: World;
let flag: FlagRecord;
let imports: DynamoImportRepository;
let layers: ImportLayers;

beforeAll(async () => {
  world = await openWorld();
  await world.container.createFlag({ key: FLAG, type: 'string', variants: { on: 'a', off: 'b' } });
  const { flagTable } = openTables(world.config);
  flag = (await new DynamoFlagRepository(flagTable, Date.now).read(ENVIRONMENT, FLAG))!;
  imports = new DynamoImportRepository(flagTable, Date.now);
  layers = new ImportLayers(imports);
});
afterAll(() => world.stop());

const anOverride = (userId: string, value: string): StoredOverride => {
  const by = { createdBy: 'test', createdAt: '2026-11-22T00:00:00.000Z' };
  return {
    ...{ environment: ENVIRONMENT, flagKey: FLAG, generation: flag.generation, userId, deviceId: null },
    ...{ kind: 'value', value, enabled: true, reason: null, expiresAtMs: null, version: 1 },
    ...{ ...by, updatedBy: by.createdBy, updatedAt: by.createdAt },
  };
};

const anImport = (importId: string): ImportRecord =>
  newImport({ clock: Date.now, newId: () => importId }, aCall(), flag, {
    source: 'parts',
    defaults: { overrideType: null, reason: null, expiresAt: null },
  });

/** So many imports of one user on a value that was there; the top. */
const stacked = async (count: number, valueOf = (index: number) => `import ${String(index)}`) => {
  const { flagTable } = openTables(world.config);
  const userId = aUserId();
  let layer: Layer = { override: anOverride(userId, 'by hand'), left: undefined };
  const { environment, flagKey, generation, kind } = layer.override;
  const place = { environment, flagKey, generation, kind, userId, deviceId: null };
  const backups = Array.from({ length: count }, (_, index) => {
    const left = { importId: randomUUID(), step: 2 };
    const backup = { ...left, place, found: layer, taken: undefined };
    layer = { override: anOverride(userId, valueOf(index + 1)), left };
    return backup;
  });
  await flagTable.transact(backups.map((each) => putBackup(flagTable.name, each, anImport(each.importId))));
  return { place, layer, importIds: backups.map(({ importId }) => importId) };
};

describe('what lies below an override', () => {
  it('is found as deep as one transaction reaches', async () => {
    const [descent] = await layers.descend([await stacked(MAX_PASSED)], async () => true);
    expect(descent).toMatchObject({ isKnown: true, end: { override: { value: 'by hand' } } });
    expect(descent?.passed.map(({ override: { value } }) => value).slice(0, 2)).toEqual([
      `import ${String(MAX_PASSED)}`,
      `import ${String(MAX_PASSED - 1)}`,
    ]);
    expect(descent?.passed).toHaveLength(MAX_PASSED);
  });

  it('is not known where it is deeper', async () => {
    const [descent] = await layers.descend([await stacked(MAX_PASSED + 1)], async () => true);
    expect(descent?.isKnown).toBe(false);
  });

  it('is looked for below each override by itself', async () => {
    const nothing = { ...(await stacked(1)), layer: undefined };
    const tops = [await stacked(2), nothing, await stacked(3)];
    const descents = await layers.descend(tops, async (_, top) => top !== tops[2]);
    expect(descents.map(({ passed, end }) => [passed.length, end?.override.value])).toEqual([
      [2, 'by hand'],
      [0, undefined],
      [0, 'import 3'],
    ]);
  });
});

describe('an undo of what lies on many imports that are undone', () => {
  /** The undo of the top of so many, all others of which are undone. */
  const undoOf = async (count: number, valueOf?: (index: number) => string) => {
    const { name } = openTables(world.config).flagTable;
    const { place, layer, importIds } = await stacked(count, valueOf);
    const top: ImportRecord = { ...anImport(importIds.at(-1)!), state: 'undoing' };
    for (const importId of importIds.slice(0, -1)) {
      await imports.commit({ from: undefined, to: { ...anImport(importId), state: 'undone' } });
    }
    await imports.commit({ from: undefined, to: top });
    const write = { ...place, slot: { override: undefined, changeId: undefined }, next: layer.override };
    await openTables(world.config).flagTable.transact([
      putOverride(name, write, 'change', Date.now(), leftByImport(layer.left)),
    ]);
    const undo = new ImportUndo({
      imports,
      compilers: { compilePattern },
      clock: Date.now,
      newId: randomUUID,
    });
    const step = await undo.next(top, flag);
    await imports.commit(step);
    return step;
  };

  it.each([
    ['puts back what lies below all of them', MAX_PASSED, undefined, 'by hand'],
    ['leaves it where they are more than one transaction takes', MAX_PASSED + 10, undefined, undefined],
    ['leaves it where they are larger', 30, () => '\\'.repeat(32_000), undefined],
  ] as const)('%s', async (_, count, valueOf, expected) => {
    const step = await undoOf(count, valueOf);
    expect(isLight(step)).toBe(true);
    expect(step.writes?.map(({ next }) => next?.value)).toEqual(expected === undefined ? [] : [expected]);
    // others on the flag may lie behind it, so it need not be the last step; it is one that the store takes
    expect(await imports.read(step.to)).toMatchObject({ version: step.to.version });
  });
});
