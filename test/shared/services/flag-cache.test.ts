import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { compilers } from '../../../shared/composition/compilers';
import { openTables } from '../../../shared/composition/parts';
import { changedKey, flagItemKey } from '../../../shared/dynamodb/keys';
import { DynamoRulesetSource } from '../../../shared/dynamodb/ruleset-source';
import type { CompiledFlag } from '../../../shared/evaluation/model';
import { FlagCache } from '../../../shared/services/flag-cache';
import { telemetry } from '../../../shared/telemetry';
import { aRule, isInSegment } from '../../support/a-rule';
import { aSegment } from '../../support/segments';
import { aCall, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

const MINUTE_MS = 60_000;

let world: FaultyWorld;
let client: DynamoDBDocumentClient;
/** The clock of the caches; the table keeps the real one. */
let nowMs: number;
const clock = () => nowMs;

beforeAll(async () => {
  world = await openFaultyWorld();
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
    // an engine that has just started may let the first call wait until it is tried again
    await open().get(ENVIRONMENT);
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
    expect(calls).toEqual(['BatchGetItem', 'Query', 'BatchGetItem', 'Query']);
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

  it('are all read again where so much has changed that one by one would take longer', async () => {
    await world.container.createFlag({ key: 'slept-through' });
    const cache = open();
    await cache.get(ENVIRONMENT);
    for (let count = 1; count <= 101; count += 1) {
      await world.container.flags.patch(aCall(), 'slept-through', { description: `change ${String(count)}` });
    }
    await enable('slept-through');
    nowMs += 650;
    const calls = await callsDuring(async () => {
      expect(await isEnabled(cache, 'slept-through')).toBe(true);
    });
    expect(calls.sort()).toEqual(['BatchGetItem', 'BatchGetItem', 'GetItem', 'Query', 'Query']);
  });

  it('have the segment that a flag names, however fast both were made', async () => {
    const cache = open();
    await world.container.createFlag({ key: 'overtaking', enabled: true });
    await cache.get(ENVIRONMENT);
    await enable('overtaking');
    await world.container.flags.patch(aCall(), 'overtaking', { name: 'changed' });
    nowMs += 650;
    // between the record of what changed and the flags it names
    let isMade = false;
    const { segments, flags } = world.container;
    const table = openTables(world.config).flagTable;
    const source = new DynamoRulesetSource(table);
    const batchGet = table.batchGet.bind(table);
    jest.spyOn(table, 'batchGet').mockImplementation(async (keys, consistency) => {
      if (consistency === 'strong' && !isMade) {
        isMade = true;
        await segments.create(aCall(), aSegment({ key: 'just-made' }));
        const rules = [aRule({ conditions: [isInSegment('just-made')] })];
        await flags.patch(aCall(), 'overtaking', { rules });
      }
      return batchGet(keys, consistency);
    });
    const { version } = await cache.get(ENVIRONMENT);
    const loaded = await source.loadChanged(ENVIRONMENT, version - 1);
    expect(isMade).toBe(true);
    expect(loaded?.records.map(({ flag }) => flag.rules.length)).toEqual([1]);
    expect(loaded?.segments.map(({ key }) => key)).toEqual(['just-made']);
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
