import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { compilers } from '../../../shared/composition/compilers';
import { openTables } from '../../../shared/composition/parts';
import { changedKey, flagItemKey } from '../../../shared/dynamodb/keys';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { DynamoRulesetSource } from '../../../shared/dynamodb/ruleset-source';
import type { CompiledFlag } from '../../../shared/evaluation/model';
import { FlagCache } from '../../../shared/services/flag-cache';
import { OverrideCache } from '../../../shared/services/override-cache';
import { telemetry } from '../../../shared/telemetry';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

const MINUTE_MS = 60_000;

let world: World;
let client: DynamoDBDocumentClient;
/** The clock of the caches; the table keeps the real one. */
let nowMs: number;
const clock = () => nowMs;

beforeAll(async () => {
  world = await openWorld({ stream: false });
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
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

const isOn = (flag: CompiledFlag | undefined): boolean | undefined =>
  flag && flag.configurations[0].disabled === undefined;

describe('the flags of a container', () => {
  const open = () => {
    const { flagTable } = openTables(world.config);
    return new FlagCache({ source: new DynamoRulesetSource(flagTable), compilers, clock, telemetry });
  };
  const enable = (key: string) => world.container.flags.patch(aCall(), key, { enabled: true });
  const isEnabled = async (cache: FlagCache, key: string) =>
    isOn((await cache.get(ENVIRONMENT)).flags.get(key));

  it('are read once for all who ask at the same time', async () => {
    const cache = open();
    const calls = await callsDuring(() =>
      Promise.all(Array.from({ length: 50 }, () => cache.get(ENVIRONMENT))),
    );
    expect(calls.sort()).toEqual(['BatchGetItem', 'GetItem', 'Query']);
  });

  it('cost nothing within half a second, and one read of the versions after it', async () => {
    const cache = open();
    await cache.get(ENVIRONMENT);
    expect(await callsDuring(() => cache.get(ENVIRONMENT))).toEqual([]);
    nowMs += 650;
    expect(await callsDuring(() => cache.get(ENVIRONMENT))).toEqual(['BatchGetItem']);
  });

  it('are read again one by one where their version moved', async () => {
    await world.container.createFlag({ key: 'one-by-one' });
    await world.container.createFlag({ key: 'gone' });
    const cache = open();
    expect(await isEnabled(cache, 'one-by-one')).toBe(false);
    await enable('one-by-one');
    await world.container.flags.delete(aCall(), 'gone');
    nowMs += 650;
    const calls = await callsDuring(async () => {
      expect(await isEnabled(cache, 'one-by-one')).toBe(true);
    });
    expect(calls).toEqual(['BatchGetItem', 'Query', 'BatchGetItem']);
    expect(await isEnabled(cache, 'gone')).toBeUndefined();
  });

  it('are all read again where the record of what changed has a gap', async () => {
    await world.container.createFlag({ key: 'gap' });
    const cache = open();
    const { version } = await cache.get(ENVIRONMENT);
    await enable('gap');
    await world.container.createFlag({ key: 'behind-the-gap' });
    await client.send(
      new DeleteCommand({ TableName: world.engine.flagTableName, Key: changedKey(ENVIRONMENT, version + 1) }),
    );
    nowMs += 650;
    expect(await isEnabled(cache, 'gap')).toBe(true);
    expect(await isEnabled(cache, 'behind-the-gap')).toBe(false);
  });

  it('are all read again after five minutes, whatever the versions say', async () => {
    await world.container.createFlag({ key: 'unnoticed' });
    const cache = open();
    expect(await isEnabled(cache, 'unnoticed')).toBe(false);
    const flag = { ...(await world.container.flags.get(ENVIRONMENT, 'unnoticed')), enabled: true };
    await client.send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: flagItemKey(ENVIRONMENT, 'unnoticed'),
        UpdateExpression: 'SET flag = :flag',
        ExpressionAttributeValues: { ':flag': JSON.stringify(flag) },
      }),
    );
    nowMs += 3 * MINUTE_MS;
    expect(await isEnabled(cache, 'unnoticed')).toBe(false);
    nowMs += 4 * MINUTE_MS;
    expect(await isEnabled(cache, 'unnoticed')).toBe(true);
  });

  it('go on being checked where reading them all fails', async () => {
    await world.container.createFlag({ key: 'checked' });
    const cache = open();
    await cache.get(ENVIRONMENT);
    await enable('checked');
    nowMs += 7 * MINUTE_MS;
    // versions and single flags are read with BatchGetItem and one Query; the full load begins with GetItem
    world.proxy.inject('fail', { operations: ['GetItem'] });
    const ruleset = await cache.get(ENVIRONMENT);
    expect(ruleset).toMatchObject({ isStale: false });
    expect(isOn(ruleset.flags.get('checked'))).toBe(true);
  });
});

describe('a full load that takes longer than a check', () => {
  it('holds nobody up, and never brings back what is older than what was seen meanwhile', async () => {
    await world.container.createFlag({ key: 'overtaken' });
    const source = new DynamoRulesetSource(openTables(world.config).flagTable);
    let letGo: () => void = () => undefined;
    let isSlow = false;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = {
      versions: source.versions.bind(source),
      loadChanged: source.loadChanged.bind(source),
      loadAll: async (environment: string) => {
        const loaded = await source.loadAll(environment);
        await (isSlow ? held : undefined);
        return loaded;
      },
    };
    const cache = new FlagCache({ source: slow, compilers, clock, telemetry });
    const isEnabled = async () => isOn((await cache.get(ENVIRONMENT)).flags.get('overtaken'));
    expect(await isEnabled()).toBe(false);
    isSlow = true;
    nowMs += 7 * MINUTE_MS;
    // begins a full load, which reads the flag as it is and then hangs
    expect(await isEnabled()).toBe(false);
    await world.container.flags.patch(aCall(), 'overtaken', { enabled: true });
    nowMs += 650;
    expect(await isEnabled()).toBe(true);
    letGo();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // no check can hide what the load left behind
    world.proxy.inject('fail');
    expect(await isEnabled()).toBe(true);
  });
});

describe('the overrides of a user in a container', () => {
  const open = () => {
    const { flagTable } = openTables(world.config);
    return new OverrideCache({ overrides: new DynamoOverrideRepository(flagTable, clock), clock, telemetry });
  };

  it('are read once while nothing moves, also where there are none', async () => {
    const cache = open();
    const user = aUserId();
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
});
