import { withDeadline } from '../../../shared/deadline';
import { overridesVersionKey } from '../../../shared/dynamodb/keys';
import { StoreUnavailable } from '../../../shared/errors';
import { contextOf } from '../../../shared/evaluation/context';
import type { Fault } from '../../support/fault-proxy';
import {
  aUserId,
  CACHE_CHECK_MS,
  composeStreamSide,
  ENVIRONMENT,
  openFaultyWorld,
  pause,
  type FaultyWorld,
} from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld();
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const FAULTS: Fault[] = ['throttle', 'fail', 'hang'];
const READS = ['Query', 'BatchGetItem', 'GetItem'];

const timed = async <Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> => {
  const startedAt = Date.now();
  return { result: await work(), ms: Date.now() - startedAt };
};

describe.each(FAULTS)('evaluation while DynamoDB answers every read with: %s', (fault) => {
  it('goes on with the last good state, says so, and keeps its time', async () => {
    const [key, user] = [`stale-${fault}`, aUserId()];
    await world.container.createFlag({ key });
    await world.container.put(key, user, 'include');
    const container = world.newContainer();
    expect(await container.valueOf(key, user)).toBe(true);
    world.proxy.inject(fault, { operations: READS });
    await pause(CACHE_CHECK_MS);
    const { result, ms } = await timed(() =>
      withDeadline(800, () => container.evaluation.evaluate(contextOf(ENVIRONMENT, { userId: user }))),
    );
    expect(result.evaluations.find((each) => each.key === key)).toMatchObject({
      value: true,
      reason: 'STALE',
    });
    expect(ms).toBeLessThan(1_000);
  });

  it('serves a user it has not seen from the flags alone', async () => {
    const [key, user] = [`unseen-${fault}`, aUserId()];
    await world.container.createFlag({ key, enabled: true });
    const container = world.newContainer();
    await container.valueOf(key, aUserId());
    world.proxy.inject(fault, { operations: READS });
    const { evaluations } = await withDeadline(800, () =>
      container.evaluation.evaluate(contextOf(ENVIRONMENT, { userId: user })),
    );
    expect(evaluations.find((each) => each.key === key)).toMatchObject({ value: true, reason: 'STALE' });
  });

  it('is fresh again once DynamoDB is', async () => {
    const [key, user] = [`healed-${fault}`, aUserId()];
    await world.container.createFlag({ key });
    const container = world.newContainer();
    await container.valueOf(key, user);
    world.proxy.inject(fault, { operations: READS });
    await pause(CACHE_CHECK_MS);
    await withDeadline(800, () => container.evaluation.evaluate(contextOf(ENVIRONMENT, { userId: user })));
    world.proxy.heal();
    await world.container.put(key, user, 'include');
    await pause(2_500);
    const { evaluations } = await container.evaluation.evaluate(contextOf(ENVIRONMENT, { userId: user }));
    expect(evaluations.find((each) => each.key === key)).toMatchObject({
      value: true,
      reason: 'TARGETING_MATCH',
    });
  });
});

describe('evaluation in a container that never reached DynamoDB', () => {
  it('says that it cannot answer, within its time', async () => {
    world.proxy.inject('hang');
    const { result, ms } = await timed(() =>
      withDeadline(800, () => world.newContainer().valueOf('any', aUserId())).catch(
        (error: unknown) => error,
      ),
    );
    expect(result).toBeInstanceOf(StoreUnavailable);
    expect(result).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: expect.any(Number) });
    expect(ms).toBeLessThan(3_000);
  });
});

describe.each(FAULTS)('a write while DynamoDB answers every write with: %s', (fault) => {
  it('fails as a whole and says when to come again', async () => {
    const [key, user] = [`written-${fault}`, aUserId()];
    await world.container.createFlag({ key });
    world.proxy.inject(fault, { operations: ['TransactWriteItems'] });
    const refused = await withDeadline(1_500, () => world.container.put(key, user, 'include')).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: expect.any(Number) });
    // a try that was given up on its way arrives while it is still refused
    await pause(200);
    world.proxy.heal();
    const listed = await world.container.overrides.list(ENVIRONMENT, key, { after: undefined, limit: 50 });
    expect(listed.includes).toEqual([]);
    expect(await world.container.put(key, user, 'include')).toMatchObject({ created: true });
  });
});

describe('a write whose outcome stays unknown for a while', () => {
  it('is made once, with one record of it', async () => {
    const [key, user] = ['unknown', aUserId()];
    await world.container.createFlag({ key });
    world.proxy.inject('fail-after-commit', { operations: ['TransactWriteItems'], times: 3 });
    const put = await withDeadline(3_000, () => world.container.put(key, user, 'include'));
    expect(put).toMatchObject({ created: true, override: { version: 1 } });
    const listed = await world.container.overrides.list(ENVIRONMENT, key, { after: undefined, limit: 50 });
    expect(listed.includes).toHaveLength(1);
    const changes = await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#${key}`, 'CHANGE#');
    const added = changes.filter(({ change }) => String(change).includes('override.added'));
    expect(added).toHaveLength(1);
  });
});

describe('a write whose move of the overrides version fails', () => {
  it('succeeds all the same, and the stream handler moves the version', async () => {
    const { changes, tables } = composeStreamSide(world);
    const version = async () =>
      Number((await tables.flagTable.get(overridesVersionKey(ENVIRONMENT), 'strong'))?.['version'] ?? 0);
    await world.container.createFlag({ key: 'unmoved' });
    const before = await version();
    // the first update claims a place in the limit, the second would move the version
    world.proxy.inject('fail', { operations: ['UpdateItem'], skip: 1 });
    const put = await withDeadline(1_500, () => world.container.put('unmoved', aUserId(), 'include'));
    expect(put).toMatchObject({ created: true });
    world.proxy.heal();
    expect(await version()).toBe(before);
    await changes.moveOverridesVersion(ENVIRONMENT);
    expect(await version()).toBe(before + 1);
  });
});
