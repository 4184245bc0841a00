import { openTables } from '../../../shared/composition/parts';
import { withDeadline } from '../../../shared/deadline';
import { DynamoChangeLimiter } from '../../../shared/dynamodb/change-limiter';
import { csvOf, importSide, includes, shown, users } from '../../support/import-side';
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

describe('parts of an import', () => {
  it('replace each other until it starts, are asked for where they are missing, and take none afterwards', async () => {
    await world.container.createFlag({ key: 'parts' });
    const { imports } = world.container;
    const made = await imports.create(aCall(), 'parts', undefined);
    const of = side.placeOf('parts', made.id);
    expect(await codeOf(imports.start(aCall(), of))).toBe('INVALID_REQUEST');
    const [first, second, third] = users(3) as [string, string, string];
    await imports.putPart(of, 3, csvOf(includes([third])));
    await imports.putPart(of, 1, csvOf(includes(users(9))));
    await imports.putPart(of, 1, csvOf(includes([first])));
    await expect(imports.start(aCall(), of)).rejects.toMatchObject({
      errors: [{ pointer: '#parts/2', code: 'missing_part' }],
    });
    await imports.putPart(of, 2, csvOf(includes([second])));
    const started = await imports.start(aCall(), of);
    expect(started.parts).toEqual([1, 2, 3].map((part) => ({ part, rows: 1 })));
    expect(await codeOf(imports.putPart(of, 1, csvOf(includes([second]))))).toBe('IN_USE');
    expect(await codeOf(imports.start(aCall(), of))).toBe('IN_USE');
    await side.workOff('parts', started);
    expect(await side.listed('parts')).toEqual(shown(includes([first, second, third])));
    expect(await codeOf(imports.cancel(of))).toBe('IN_USE');
  });

  it('go with an import that is deleted before its start', async () => {
    await world.container.createFlag({ key: 'deleted' });
    const { imports } = world.container;
    const made = await imports.create(aCall(), 'deleted', undefined);
    const of = side.placeOf('deleted', made.id);
    await imports.putPart(of, 1, csvOf(includes(users(1))));
    expect(await imports.cancel(of)).toBeUndefined();
    expect(await codeOf(world.container.importJobs.get(of))).toBe('NOT_FOUND');
    expect(await codeOf(imports.cancel(of))).toBe('NOT_FOUND');
    expect(await codeOf(imports.start(aCall(), of))).toBe('NOT_FOUND');
  });

  it('stay where an import takes others after a dry run that was stopped, although the worker hears of it late', async () => {
    await world.container.createFlag({ key: 'again' });
    const { imports } = world.container;
    const [first, second] = users(2) as [string, string];
    const dry = await side.started('again', [csvOf(includes([first]))], aCall({ dryRun: true }));
    const of = side.placeOf('again', dry.id);
    await imports.cancel(of);
    await imports.putPart(of, 2, csvOf(includes([second])));
    await side.workOff('again', dry);
    await side.workOff('again', await imports.start(aCall(), of));
    expect(await side.get('again', dry)).toMatchObject({ state: 'done', added: 2 });
  });

  it('stay where nobody can say whether the import has taken them', async () => {
    await world.container.createFlag({ key: 'unsaid' });
    const { imports } = world.container;
    const made = await imports.create(aCall(), 'unsaid', undefined);
    const of = side.placeOf('unsaid', made.id);
    world.proxy.inject('fail-after-commit', { operations: ['TransactWriteItems'] });
    const put = withDeadline(1_000, () => imports.putPart(of, 1, csvOf(includes(users(1)))));
    expect(await codeOf(put)).toBe('UNAVAILABLE');
    world.proxy.heal();
    await side.workOff('unsaid', await imports.start(aCall(), of));
    expect(await side.get('unsaid', made)).toMatchObject({ state: 'done', added: 1 });
  });

  it('are kept apart by flag: an import of another flag is not there', async () => {
    await world.container.createFlag({ key: 'mine' });
    await world.container.createFlag({ key: 'yours' });
    const made = await world.container.imports.create(aCall(), 'mine', undefined);
    expect(await codeOf(world.container.importJobs.get(side.placeOf('yours', made.id)))).toBe('NOT_FOUND');
  });
});

describe('overrides that are copied to another flag', () => {
  it('are those of users, with the values that fit, and an import of that flag', async () => {
    await world.container.createFlag({ key: 'from', enabled: true });
    await world.container.createFlag({ key: 'to' });
    const [one, two] = users(2) as [string, string];
    await world.container.put('from', one, 'include', { reason: 'seen' });
    await world.container.put('from', two, 'exclude');
    const copy = await world.container.bulk.copy(aCall(), 'from', 'to');
    expect(copy).toMatchObject({ flagKey: 'to', copiedFrom: 'from', state: 'done', added: 2, rejected: 0 });
    expect(await side.listed('to')).toEqual([`${one} include seen`, `${two} exclude`].sort());
    expect((await side.audited('to')).imported).toMatchObject([{ after: { copiedFrom: 'from' } }]);
    expect(await side.undo('to', copy)).toMatchObject({ undo: { restored: 2 } });
    expect(await side.listed('to')).toEqual([]);
  });

  it('cost no limit where all of them are there already', async () => {
    const limiter = new DynamoChangeLimiter(openTables(world.config).flagTable, Date.now, 100);
    await world.container.createFlag({ key: 'source' });
    await world.container.createFlag({ key: 'same' });
    const [user] = users(1) as [string];
    await world.container.put('source', user, 'include', { reason: 'seen' });
    const copy = () => world.container.bulk.copy(aCall(), 'source', 'same');
    expect(await copy()).toMatchObject({ state: 'done', added: 1 });
    await limiter.claim(ENVIRONMENT, 'same', 99);
    const again = await copy();
    expect(again).toMatchObject({ state: 'done', dryRun: false, accepted: 1, added: 0, unchanged: 1 });
    expect(await side.get('same', again)).toEqual(again);
    await world.container.put('source', users(1)[0] ?? '', 'include');
    expect(await codeOf(copy())).toBe('RATE_LIMITED');
  });

  it('go to no flag that is not there, and not to the same', async () => {
    await world.container.createFlag({ key: 'alone' });
    expect(await codeOf(world.container.bulk.copy(aCall(), 'alone', 'alone'))).toBe('INVALID_REQUEST');
    expect(await codeOf(world.container.bulk.copy(aCall(), 'alone', 'none'))).toBe('FLAG_NOT_FOUND');
    expect(await codeOf(world.container.bulk.copy(aCall(), 'none', 'alone'))).toBe('FLAG_NOT_FOUND');
  });
});
