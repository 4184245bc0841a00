import { composeBulkOverrideService } from '../../../shared/composition/bulk-override-service';
import { withDeadline } from '../../../shared/deadline';
import { csvOf, importSide, includes, users } from '../../support/import-side';
import { codeOf } from '../../support/refusals';
import { aCall, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

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

describe('many users at once', () => {
  it('are written within the request as one change, and a repetition changes nothing', async () => {
    await world.container.createFlag({ key: 'bulk' });
    const userIds = users(100);
    const request = { overrideType: 'include' as const, userIds: [...userIds, '=cmd()'], reason: 'Pilot' };
    const first = await world.container.bulk.putUsers(aCall(), 'bulk', request);
    expect(first).toMatchObject({
      accepted: 100,
      rejected: [{ row: 101, userId: '=cmd()', code: 'invalid_user_id' }],
    });
    expect(await side.listed('bulk')).toHaveLength(100);
    const version = async () =>
      (await world.engine.itemsBeginning(`ENV#${ENVIRONMENT}`, 'VERSION#OVERRIDES'))[0];
    const before = await version();
    expect(await world.container.bulk.putUsers(aCall(), 'bulk', request)).toEqual(first);
    expect(await version()).toEqual(before);
    expect((await side.audited('bulk')).imported).toHaveLength(1);
  });

  it('count once against the limit of the hour', async () => {
    await world.container.createFlag({ key: 'limited' });
    const bulk = composeBulkOverrideService({ ...world.config, overrideChangesPerHour: 3 });
    const five = () => csvOf(includes(users(5)));
    for (let change = 0; change < 3; change += 1) {
      await bulk.putCsv(aCall(), 'limited', five());
    }
    expect(await codeOf(bulk.putCsv(aCall(), 'limited', five()))).toBe('RATE_LIMITED');
    const dry = await bulk.putCsv(aCall({ dryRun: true }), 'limited', five());
    expect(dry).toEqual({ accepted: 5, rejected: [] });
    expect(await side.listed('limited')).toHaveLength(15);
  });

  it('are finished by the worker where the request ends in between', async () => {
    await world.container.createFlag({ key: 'cut' });
    const text = csvOf(includes(users(120)));
    world.proxy.inject('throttle', { operations: ['TransactWriteItems'], skip: 2 });
    const request = () => world.container.bulk.putCsv(aCall(), 'cut', text);
    await expect(withDeadline(3_000, request)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('written behind it') as string,
    });
    world.proxy.heal();
    expect(await side.listed('cut')).toHaveLength(90);
    const [item] = await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#cut`, 'IMPORT#');
    expect(item).toMatchObject({ state: 'running' });
    expect(await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#cut`, 'RUN#')).toHaveLength(1);
    await side.workOff('cut', { id: String(item?.['importId']) });
    expect(await side.listed('cut')).toHaveLength(120);
    expect((await side.audited('cut')).imported).toMatchObject([{ after: { added: 120 } }]);
    expect(await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#cut`, 'RUN#')).toEqual([]);
  });
});
