import { csvOf, importSide, includes, users } from '../../support/import-side';
import { driveStream } from '../../support/drive-stream';
import { aCall, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
});
afterAll(() => world.stop());

it('a batch of records asks once whether the flag of an import lives', async () => {
  const side = importSide(world);
  const stream = driveStream(world);
  await world.container.createFlag({ key: 'asked-once' });
  const started = await side.started('asked-once', [csvOf(includes(users(50)))]);
  await side.workOff('asked-once', started);
  const records = await stream.news();
  expect(records.length).toBeGreaterThan(50);
  const before = world.proxy.calls.length;
  await stream.deliver(records);
  const reads = world.proxy.calls.slice(before).filter((call) => call === 'GetItem');
  // whether the flag lives, who made it, and the import
  expect(reads).toHaveLength(3);
});

it('a generation is asked for anew by the next batch', async () => {
  const stream = driveStream(world);
  await world.container.createFlag({ key: 'asked-anew' });
  const generation = await stream.generationOf('asked-anew');
  const of = { environment: ENVIRONMENT, flagKey: 'asked-anew', generation };
  const batch = stream.changes.beginBatch();
  expect(await batch.isAlive(of)).toBe(true);
  await world.container.flags.delete(aCall(), 'asked-anew');
  expect(await batch.isAlive(of)).toBe(true);
  expect(await stream.changes.beginBatch().isAlive(of)).toBe(false);
});
