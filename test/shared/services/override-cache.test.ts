import { openTables } from '../../../shared/composition/parts';
import { DynamoDeviceRepository } from '../../../shared/dynamodb/device-repository';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { OverrideCache } from '../../../shared/services/override-cache';
import { telemetry } from '../../../shared/telemetry';
import { aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

const MINUTE_MS = 60_000;

let world: FaultyWorld;
/** The clock of the caches; the table keeps the real one. */
let nowMs: number;
const clock = () => nowMs;

beforeAll(async () => {
  world = await openFaultyWorld();
});
beforeEach(() => {
  nowMs = Date.now();
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const callsDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = world.proxy.calls.length;
  await work();
  return world.proxy.calls.slice(before);
};

describe('the overrides of a user in a container', () => {
  const open = () => {
    const { flagTable } = openTables(world.config);
    return new OverrideCache({
      overrides: new DynamoOverrideRepository(flagTable, clock),
      devices: new DynamoDeviceRepository(flagTable, clock),
      clock,
      telemetry,
    });
  };

  it('are read once while nothing moves, also where there are none', async () => {
    const cache = open();
    const user = aUserId();
    // an engine that has just started may let the first call wait for longer than a read may take
    await cache.get(ENVIRONMENT, aUserId(), 7);
    const ask = () => cache.get(ENVIRONMENT, user, 7);
    expect(await callsDuring(ask)).toEqual(['Query']);
    expect(await callsDuring(ask)).toEqual([]);
  });

  it('are read anew when the version moves, and once more when the index has had time to follow', async () => {
    const cache = open();
    const user = aUserId();
    const ask = (version: number) => callsDuring(() => cache.get(ENVIRONMENT, user, version));
    await ask(7);
    nowMs += 10_000;
    expect(await ask(7)).toEqual(['Query']);
    nowMs += 1_000;
    expect(await ask(7)).toEqual([]);
    expect(await ask(8)).toEqual(['Query']);
    nowMs += 1_900;
    expect(await ask(8)).toEqual([]);
    nowMs += 200;
    expect(await ask(8)).toEqual(['Query']);
    nowMs += 4_000;
    expect(await ask(8)).toEqual(['Query']);
    nowMs += 4 * MINUTE_MS;
    expect(await ask(8)).toEqual([]);
  });

  it('are never older than five minutes', async () => {
    const cache = open();
    const user = aUserId();
    const ask = () => callsDuring(() => cache.get(ENVIRONMENT, user, 7));
    await ask();
    nowMs += 6_000;
    await ask();
    nowMs += 4.9 * MINUTE_MS;
    expect(await ask()).toEqual([]);
    nowMs += 0.2 * MINUTE_MS;
    expect(await ask()).toEqual(['Query']);
  });

  it('are joined by those of a device, after its owner is known and once while nothing moves', async () => {
    const cache = open();
    const user = aUserId();
    await world.container.putDevice(user, 'cached-phone', 'phone');
    const ask = (deviceId: string, userId = user) => cache.ofDevice(ENVIRONMENT, deviceId, userId, 7);
    expect(await callsDuring(() => ask('cached-phone'))).toEqual(['GetItem', 'Query']);
    expect(await callsDuring(() => ask('cached-phone'))).toEqual([]);
    expect(await callsDuring(() => ask('nobodys-phone'))).toEqual(['GetItem']);
    expect(await callsDuring(() => ask('nobodys-phone'))).toEqual([]);
    expect(await ask('cached-phone')).toMatchObject({ isTheirs: true });
    expect(await ask('cached-phone', aUserId())).toMatchObject({ isTheirs: false, byFlag: new Map() });
  });
});
