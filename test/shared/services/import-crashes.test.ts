import { DynamoImportRepository } from '../../../shared/dynamodb/import-repository';
import { runKey } from '../../../shared/dynamodb/keys';
import { beforeNext } from '../../support/before-next';
import { csvOf, importSide, includes, users } from '../../support/import-side';
import {
  composeStreamSide,
  ENVIRONMENT,
  openFaultyWorld,
  passTime,
  type FaultyWorld,
} from '../../support/world';

let world: FaultyWorld;
let side: ReturnType<typeof importSide>;
/** The same, where calls can be refused. */
let dying: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openFaultyWorld();
  side = importSide(world.direct);
  dying = importSide(world);
});
afterAll(() => world.stop());

/** Change records of imports of the flag. */
const told = async (flagKey: string) =>
  (await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#${flagKey}`, 'CHANGE#'))
    .map((item) => JSON.parse(String(item['change'])) as { event: string; after: unknown })
    .filter(({ event }) => event === 'overrides.imported');

/** Runs the work with its nth call of the store refused; false where it makes fewer calls. */
const crashed = async (nth: number, work: () => Promise<unknown>): Promise<boolean> => {
  const { length } = world.proxy.calls;
  world.proxy.inject('refuse', { skip: nth, times: 1 });
  await work().catch(() => undefined);
  world.proxy.heal();
  return world.proxy.calls.length - length > nth;
};

/** More calls than two steps make. */
const MAX_CALLS = 25;

describe('an import that crashes at any call of the store and is taken up again', () => {
  it('ends as one that did not crash, and so do its undo and its redo', async () => {
    let crashes = 0;
    let undoings = 0;
    let redoings = 0;
    for (let nth = 0; nth < MAX_CALLS; nth += 1) {
      const key = `crash-${nth}`;
      await world.direct.container.createFlag({ key });
      const userIds = users(93);
      const before = String(userIds[0]);
      await world.direct.container.put(key, before, 'include', { reason: 'before' });
      const text = csvOf([...includes(userIds, 'imported'), ['nobody', 'include']]);
      const started = await side.started(key, [text]);
      const isMet = await crashed(nth, () => dying.workOff(key, started));
      crashes += isMet ? 1 : 0;
      await side.workOff(key, started);
      expect(await side.get(key, started)).toMatchObject({
        state: 'done',
        accepted: 93,
        rejected: 1,
        added: 92,
        updated: 1,
        errors: [{ row: 94 }],
      });
      expect(await side.listed(key)).toEqual(userIds.map((id) => `${id} include imported`).sort());
      expect(await told(key)).toMatchObject([
        { after: { accepted: 93, added: 92, updated: 1, rejected: 1 } },
      ]);

      const undoing = await world.direct.container.importJobs.undo(CALL, side.placeOf(key, started.id));
      undoings += (await crashed(nth, () => dying.workOff(key, undoing))) ? 1 : 0;
      await side.workOff(key, undoing);
      expect(await side.get(key, started)).toMatchObject({
        state: 'undone',
        undo: { restored: 93, left: 0 },
      });
      expect(await side.listed(key)).toEqual([`${before} include before`]);
      expect(await side.counted(key)).toMatchObject({ include: 1 });
      expect(await told(key)).toHaveLength(2);

      const redoing = await world.direct.container.importJobs.redo(CALL, side.placeOf(key, started.id));
      redoings += (await crashed(nth, () => dying.workOff(key, redoing))) ? 1 : 0;
      await side.workOff(key, redoing);
      expect(await side.get(key, started)).toMatchObject({
        state: 'done',
        redo: { restored: 93, left: 0 },
      });
      expect(await side.listed(key)).toEqual(userIds.map((id) => `${id} include imported`).sort());
      expect(await side.counted(key)).toMatchObject({ include: 93 });
      expect(await told(key)).toHaveLength(3);
      if (!isMet) {
        break;
      }
    }
    expect(crashes).toBeGreaterThan(8);
    expect(crashes).toBeLessThan(MAX_CALLS);
    expect(undoings).toBeGreaterThan(8);
    expect(redoings).toBeGreaterThan(8);
  });
});

const ATTRIBUTION = { actor: 'undoer', ip: null, userAgent: null, route: null, requestId: null };
const CALL = { environment: ENVIRONMENT, ifMatch: undefined, dryRun: false, attribution: ATTRIBUTION };

describe('two workers of one import', () => {
  it('share it: every row is written once, and it is told once', async () => {
    const key = 'shared';
    await world.direct.container.createFlag({ key });
    const userIds = users(400);
    const started = await side.started(key, [csvOf(includes(userIds))]);
    await Promise.all([side.workOff(key, started), side.workOff(key, started)]);
    expect(await side.get(key, started)).toMatchObject({ state: 'done', accepted: 400, added: 400 });
    expect(await side.counted(key)).toMatchObject({ include: 400 });
    expect(await told(key)).toHaveLength(1);
    const items = await world.engine.itemsBeginning(
      `FLAG#${ENVIRONMENT}#${key}#${await side.drive.generationOf(key)}`,
      'USER#',
    );
    expect(items.every(({ version }) => version === 1)).toBe(true);
  });

  it('and others who change its overrides meanwhile do not lose a change', async () => {
    const key = 'meanwhile';
    await world.direct.container.createFlag({ key });
    const userIds = users(200);
    const started = await side.started(key, [csvOf(includes(userIds, 'imported'))]);
    const singles = async () => {
      for (const userId of userIds.slice(0, 30)) {
        await world.direct.container.put(key, userId, 'exclude');
      }
    };
    await Promise.all([side.workOff(key, started), singles()]);
    expect(await side.counted(key)).toMatchObject({ include: 200, exclude: 30 });
    expect(await side.get(key, started)).toMatchObject({ state: 'done', added: 200 });
  });
});

describe('a step that is refused again and again', () => {
  it('is put off, so that it holds up no other job for long, and made once nothing refuses it', async () => {
    const key = 'refused';
    await world.direct.container.createFlag({ key });
    const userIds = users(3);
    const spoiled = String(userIds[1]);
    await world.direct.container.put(key, spoiled, 'include');
    const { flagTable } = side.drive.tables;
    const Key = await side.drive.includeKey(key, spoiled);
    // past the API: no write of ours can be decided on such an id
    const UpdateExpression = 'SET changeId = :spoiled';
    await flagTable.update({ Key, UpdateExpression, ExpressionAttributeValues: { ':spoiled': 1 } });
    const started = await side.started(key, [csvOf(includes(userIds, 'imported'))]);
    const NewImage = { environment: { S: ENVIRONMENT }, flagKey: { S: key }, importId: { S: started.id } };
    const { jobs } = composeStreamSide(world);
    const run = () => jobs.runRecord({ dynamodb: { NewImage } }, () => true);

    expect(await run()).toBe(false);
    expect(await side.get(key, started)).toMatchObject({ state: 'running', progress: { done: 0 } });
    await flagTable.update({ Key, UpdateExpression: 'REMOVE changeId' });
    expect(await run()).toBe(true);
    expect(await side.get(key, started)).toMatchObject({ state: 'done', added: 2, updated: 1 });
  });
});

describe('an import that takes long', () => {
  it('lets other jobs have their turn, and goes on behind them', async () => {
    const key = 'long';
    await world.direct.container.createFlag({ key });
    const started = await side.started(key, [csvOf(includes(users(200)))]);
    const NewImage = { environment: { S: ENVIRONMENT }, flagKey: { S: key }, importId: { S: started.id } };
    const { jobs } = composeStreamSide(world);
    const rounds = async () =>
      (await side.drive.tables.flagTable.get(runKey(side.placeOf(key, started.id)), 'strong'))?.['round'];
    const before = await rounds();
    beforeNext(DynamoImportRepository, 'commit', async () => {
      passTime(20_001);
    });
    expect(await jobs.runRecord({ dynamodb: { NewImage } }, () => true)).toBe(true);
    jest.restoreAllMocks();
    expect(await side.get(key, started)).toMatchObject({ state: 'running', progress: { done: 90 } });
    expect(await rounds()).toBe(Number(before) + 1);
    expect(await jobs.runRecord({ dynamodb: { NewImage } }, () => true)).toBe(true);
    expect(await side.get(key, started)).toMatchObject({ state: 'done', added: 200 });
  });
});
