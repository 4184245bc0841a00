import { openTables } from '../../../shared/composition/parts';
import { DynamoChangeLimiter } from '../../../shared/dynamodb/change-limiter';
import { aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

const HOUR_MS = 3_600_000;

let world: FaultyWorld;
let nowMs: number;

beforeAll(async () => {
  world = await openFaultyWorld();
});
beforeEach(() => {
  nowMs = Date.parse('2026-11-21T10:00:00Z');
});
afterAll(() => world.stop());

const open = (): DynamoChangeLimiter =>
  new DynamoChangeLimiter(openTables(world.config).flagTable, () => nowMs, 100);

const claimAll = async (limiter: DynamoChangeLimiter, flagKey: string, claims: number) => {
  const held = [];
  for (let claim = 0; claim < claims; claim += 1) {
    held.push(await limiter.claim(ENVIRONMENT, flagKey));
  }
  return held;
};

describe('the limit of changes', () => {
  it('slides: each place is free again an hour after it was taken, and no sooner', async () => {
    const limiter = open();
    await claimAll(limiter, 'sliding', 60);
    nowMs += HOUR_MS / 2;
    await claimAll(limiter, 'sliding', 40);
    await expect(limiter.claim(ENVIRONMENT, 'sliding')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 1_805,
    });
    nowMs += HOUR_MS / 2;
    // a change may be written a moment after its place was taken
    await expect(limiter.claim(ENVIRONMENT, 'sliding')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 5,
    });
    nowMs += 5_001;
    await claimAll(limiter, 'sliding', 60);
    await expect(limiter.claim(ENVIRONMENT, 'sliding')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('is one for all instances, and one for each flag', async () => {
    await claimAll(open(), 'mine', 100);
    await expect(open().claim(ENVIRONMENT, 'mine')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(open().claim(ENVIRONMENT, 'yours')).resolves.toBeDefined();
    await expect(open().claim('staging', 'mine')).resolves.toBeDefined();
  });

  it('gives a place that was handed back to somebody else, once', async () => {
    const limiter = open();
    const [first] = await claimAll(limiter, 'returned', 100);
    await first!.release();
    await limiter.claim(ENVIRONMENT, 'returned');
    await expect(first!.release()).resolves.toBeUndefined();
    await expect(limiter.claim(ENVIRONMENT, 'returned')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a deployment with a limit of its own', () => {
  it('takes that many changes an hour, and says how many these are', async () => {
    const limiter = new DynamoChangeLimiter(openTables(world.config).flagTable, () => Date.now(), 3);
    await claimAll(limiter, 'small-limit', 3);
    await expect(limiter.claim(ENVIRONMENT, 'small-limit')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'The flag "small-limit" takes at most 3 override changes per hour.',
    });
  });
});

describe('a claim whose answer is lost', () => {
  it('takes one place, not two', async () => {
    const limiter = open();
    world.proxy.inject('fail-after-commit', { operations: ['UpdateItem'], times: 1 });
    await limiter.claim(ENVIRONMENT, 'lost-answer');
    await expect(claimAll(limiter, 'lost-answer', 99)).resolves.toHaveLength(99);
    await expect(limiter.claim(ENVIRONMENT, 'lost-answer')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a change that surely was not made', () => {
  it('costs the flag nothing', async () => {
    await world.container.createFlag({ key: 'refused' });
    world.proxy.inject('refuse', { operations: ['TransactWriteItems'] });
    for (let change = 0; change < 5; change += 1) {
      await expect(world.container.put('refused', aUserId(), 'include')).rejects.toThrow('injected');
    }
    world.proxy.heal();
    const limiter = new DynamoChangeLimiter(openTables(world.config).flagTable, Date.now, 100);
    await expect(claimAll(limiter, 'refused', 100)).resolves.toHaveLength(100);
  });
});
