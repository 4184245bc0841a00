import { randomUUID } from 'node:crypto';
import { openTables } from '../../../shared/composition/parts';
import { putBackup } from '../../../shared/dynamodb/import-backups';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import type { ImportRecord, Layer } from '../../../shared/import-ports';
import type { StoredOverride } from '../../../shared/override-ports';
import { newImport } from '../../../shared/services/import-beginnings';
import { ImportLayers, MAX_PASSED } from '../../../shared/services/import-layers';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
let layers: ImportLayers;

beforeAll(async () => {
  world = await openWorld();
  layers = new ImportLayers(new DynamoImportRepository(openTables(world.config).flagTable, Date.now));
});
afterAll(() => world.stop());

const GENERATION = 'a-generation';

const anOverride = (userId: string, reason: string): StoredOverride => {
  const by = { createdBy: 'test', createdAt: '2026-11-22T00:00:00.000Z' };
  return {
    ...{ environment: ENVIRONMENT, flagKey: 'deep', generation: GENERATION, userId, deviceId: null },
    ...{ kind: 'include', enabled: true, reason, expiresAtMs: null, version: 1 },
    ...{ ...by, updatedBy: by.createdBy, updatedAt: by.createdAt },
  };
};

/** So many imports of one user on an override that was there; the top. */
const stacked = async (count: number) => {
  const { flagTable } = openTables(world.config);
  const flag = { flag: { key: 'deep' }, generation: GENERATION } as Parameters<typeof newImport>[2];
  const record: ImportRecord = newImport({ clock: Date.now, newId: randomUUID }, aCall(), flag, {
    source: 'parts',
    defaults: { overrideType: null, reason: null, expiresAt: null },
  });
  const userId = aUserId();
  let layer: Layer = { override: anOverride(userId, 'by hand'), left: undefined };
  const { environment, flagKey, generation, kind } = layer.override;
  const place = { environment, flagKey, generation, kind, userId, deviceId: null };
  const backups = Array.from({ length: count }, (_, index) => {
    const left = { importId: randomUUID(), step: 2 };
    const backup = { ...left, place, found: layer, taken: undefined };
    layer = { override: anOverride(userId, `import ${String(index + 1)}`), left };
    return backup;
  });
  await flagTable.transact(backups.map((each) => putBackup(flagTable.name, each, record)));
  return { place, layer };
};

describe('what lies below an override', () => {
  it('is found as deep as one transaction reaches', async () => {
    const [descent] = await layers.descend([await stacked(MAX_PASSED)], async () => true);
    expect(descent).toMatchObject({ isKnown: true, end: { override: { reason: 'by hand' } } });
    expect(descent?.passed.map(({ override: { reason } }) => reason).slice(0, 2)).toEqual([
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
    expect(descents.map(({ passed, end }) => [passed.length, end?.override.reason])).toEqual([
      [2, 'by hand'],
      [0, undefined],
      [0, 'import 3'],
    ]);
  });
});
