import type { OverrideAction } from '../../../shared/contract/override-search';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { beforeNext } from '../../support/before-next';
import { giveUnchecked } from '../../support/give-overrides';
import { importSide } from '../../support/import-side';
import { revertingIn } from '../../support/reverting';
import { composeOverrideReader } from '../../support/stored-overrides';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

const { aFlag, lastEvent, revert } = revertingIn(() => world);

const aSize = () => aFlag({ type: 'number', variants: { on: 2, off: 1 } });

const atMostNine = (flagKey: string) =>
  world.container.flags.patch(aCall(), flagKey, { valueSchema: { maximum: 9 } });

const give = (
  flagKey: string,
  userId: string,
  value: number,
  more: { enabled?: boolean; expiresAt?: string } = {},
) => world.container.typed.add(aCall(), userId, { flagKey, value, enabled: true, ...more }, undefined);

const batch = async (action: OverrideAction, flagKey: string, userId: string, expiresAt?: string) => {
  const { results } = await world.container.batches.change(aCall(), {
    action,
    expiresAt,
    items: [{ flagKey, userId, kind: 'value' }],
  });
  return results.map(({ outcome }) => outcome);
};

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Values that are switched on. */
const valuesOn = async (flagKey: string): Promise<unknown[]> => {
  const { items } = await world.container.search.list(
    ENVIRONMENT,
    { flagKey },
    { after: undefined, limit: 50 },
  );
  return items.filter(({ enabled }) => enabled).map(({ value }) => value);
};

describe('a value that does not fit a schema, written between the check of the others and the flag', () => {
  it('is switched off right after it, with an entry in the log that says why', async () => {
    const [key, userId] = [await aSize(), aUserId()];
    await give(key, aUserId(), 5);
    beforeNext(DynamoFlagRepository, 'commit', () => give(key, userId, 50));
    await atMostNine(key);
    expect(await valuesOn(key)).toEqual([5]);
    expect(await composeOverrideReader(world).shown(key, { userId, deviceId: null })).toMatchObject([
      { value: 50, enabled: false, version: 2 },
    ]);
    expect(await lastEvent('override.updated', key)).toMatchObject({
      targetUserId: userId,
      changedKeys: ['enabled'],
      reason: 'The value no longer fits the schema of the flag',
    });
  });

  it('is found by a change of the schema that is made again on a conflict, too', async () => {
    const key = await aSize();
    beforeNext(DynamoFlagRepository, 'commit', async () => {
      await world.container.flags.patch(aCall(), key, { name: 'Size' });
      await give(key, aUserId(), 50);
    });
    await expect(atMostNine(key)).rejects.toMatchObject({ code: 'IN_USE' });
    expect(await valuesOn(key)).toEqual([50]);
  });
});

interface Writer {
  readonly name: string;
  /** What has to be there before. */
  readonly prepare?: (flagKey: string, userId: string) => Promise<unknown>;
  readonly write: (flagKey: string, userId: string) => Promise<unknown>;
}

const REFUSED: readonly Writer[] = [
  { name: 'is added', write: (key, userId) => give(key, userId, 50) },
  {
    name: 'is given to a user that has another',
    prepare: (key, userId) => give(key, userId, 5),
    write: (key, userId) => world.container.typed.update(aCall(), userId, key, { value: 50 }),
  },
  {
    name: 'is switched on',
    prepare: (key, userId) => give(key, userId, 50, { enabled: false }),
    write: (key, userId) => world.container.typed.update(aCall(), userId, key, { enabled: true }),
  },
  { name: 'is pinned for a user', write: (key, userId) => world.container.pin({ userId }, { [key]: 50 }) },
  {
    name: 'is pinned for a device',
    prepare: (key, userId) => world.container.putDevice(userId, `${key}-phone`),
    write: (key) => world.container.pin({ deviceId: `${key}-phone` }, { [key]: 50 }),
  },
  {
    name: 'is put back',
    prepare: async (key, userId) => {
      await give(key, userId, 50);
      await world.container.typed.remove(aCall(), userId, key);
    },
    write: async (key) => revert((await lastEvent('override.removed', key)).id),
  },
];

describe('a value that was held against the schema of before, written just after the new one', () => {
  it.each(REFUSED)('that $name is refused', async ({ prepare, write }) => {
    const [key, userId] = [await aSize(), aUserId()];
    await prepare?.(key, userId);
    beforeNext(DynamoOverrideRepository, 'commitAll', () => atMostNine(key));
    await expect(write(key, userId)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect((await valuesOn(key)).filter((value) => value === 50)).toEqual([]);
  });

  it('is not switched on by a batch, which says so', async () => {
    const [key, userId] = [await aSize(), aUserId()];
    await give(key, userId, 50, { enabled: false });
    beforeNext(DynamoOverrideRepository, 'commitAll', () => atMostNine(key));
    expect(await batch('enable', key, userId)).toEqual(['failed']);
    await expect(batch('enable', key, userId)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(await valuesOn(key)).toEqual([]);
  });

  it('is a rejected row of a copy', async () => {
    const [from, to] = [await aSize(), await aSize()];
    await give(from, aUserId(), 50);
    await give(from, aUserId(), 5);
    // the flag has been read by then
    beforeNext(DynamoImportRepository, 'readSlots', () => atMostNine(to));
    expect(await world.container.bulk.copy(aCall(), from, to)).toMatchObject({ added: 1, rejected: 1 });
    expect(await valuesOn(to)).toEqual([5]);
  });

  it('is put back switched off when the copy is undone that replaced it', async () => {
    const [from, to, userId] = [await aSize(), await aSize(), aUserId()];
    const side = importSide(world);
    await give(to, userId, 50);
    await give(from, userId, 5);
    const copied = await world.container.bulk.copy(aCall(), from, to);
    // the flag has been read by then
    beforeNext(DynamoImportRepository, 'written', () => atMostNine(to));
    expect(await side.undo(to, copied)).toMatchObject({ state: 'undone', undo: { restored: 1, left: 0 } });
    expect(await composeOverrideReader(world).shown(to, { userId, deviceId: null })).toMatchObject([
      { value: 50, enabled: false },
    ]);
    expect(await side.counted(to)).toMatchObject({ value: 0 });
  });
});

describe('a value that does not fit the schema of its flag, whoever wrote it', () => {
  it('does not come to last longer, and may be switched off or go', async () => {
    const [key, userId] = [await aSize(), aUserId()];
    await atMostNine(key);
    const expiresAtMs = Date.parse(inHours(1));
    await giveUnchecked(world, key, { userId, deviceId: null }, 50, { expiresAtMs });
    const { typed } = world.container;
    for (const prolong of [
      () => typed.update(aCall(), userId, key, { expiresAt: null }),
      () => batch('extend', key, userId, inHours(2)),
    ]) {
      await expect(prolong()).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    }
    expect(await typed.update(aCall(), userId, key, { enabled: false })).toMatchObject({ enabled: false });
    expect(await batch('remove', key, userId)).toEqual(['changed']);
  });
});
