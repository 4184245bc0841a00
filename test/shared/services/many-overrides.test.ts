import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { overridePartition, sweepKey } from '../../../shared/dynamodb/keys';
import type { FlagGeneration } from '../../../shared/ports';
import { writeOverrides } from '../../support/write-overrides';
import {
  aCall,
  aUserId,
  composeStreamSide,
  ENVIRONMENT,
  openFaultyWorld,
  type FaultyWorld,
} from '../../support/world';

let world: FaultyWorld;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  world = await openFaultyWorld();
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
});
afterAll(() => world.stop());

const createFlag = async (flagKey: string): Promise<FlagGeneration> => {
  await world.container.createFlag({ key: flagKey });
  const record = await composeStreamSide(world).tables.flagTable.get(
    { PK: `ENV#${ENVIRONMENT}`, SK: `FLAG#${flagKey}` },
    'strong',
  );
  return { environment: ENVIRONMENT, flagKey, generation: String(record?.['generation']) };
};

const remaining = async (of: FlagGeneration): Promise<number> => {
  let count = 0;
  const pages = composeStreamSide(world).tables.flagTable.query({
    KeyConditionExpression: 'PK = :pk',
    ExpressionAttributeValues: { ':pk': overridePartition(of.environment, of.flagKey, of.generation) },
  });
  for await (const items of pages) {
    count += items.length;
  }
  return count;
};

describe('a flag with 1,200 overrides', () => {
  it('is listed page by page without loss or double while others are being written', async () => {
    const of = await createFlag('listed');
    const steady = Array.from({ length: 1_200 }, aUserId);
    await writeOverrides(client, world.engine.flagTableName, of, steady);

    const other = world.newContainer();
    const listing = new AbortController();
    const writing = (async () => {
      const added: string[] = [];
      for (let change = 0; !listing.signal.aborted && change < 90; change += 1) {
        added.push(aUserId());
        await other.put('listed', added.at(-1)!, 'exclude');
        if (change % 3 === 2) {
          await other.remove('listed', added.shift()!);
        }
      }
      return added.length;
    })();

    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await world.container.overrides.list(ENVIRONMENT, 'listed', { after, limit: 50 });
      expect(page.includes.length + page.excludes.length).toBeLessThanOrEqual(50);
      seen.push(
        ...[...page.includes, ...page.excludes].map(
          ({ userId, overrideType }) => `${userId} ${overrideType}`,
        ),
      );
      after = page.next;
    } while (after !== undefined);
    listing.abort();
    expect(await writing).toBeGreaterThan(0);

    expect(new Set(seen).size).toBe(seen.length);
    const includes = new Set(seen.filter((entry) => entry.endsWith('include')));
    expect(includes).toEqual(new Set(steady.map((userId) => `${userId} include`)));
  });
});

describe('a flag with 5,000 overrides that is deleted and created anew', () => {
  it('counts none of the old ones, and they are gone in the end', async () => {
    const old = await createFlag('reborn');
    const users = Array.from({ length: 5_000 }, aUserId);
    await writeOverrides(client, world.engine.flagTableName, old, users);
    const user = users[4_711]!;
    expect(await world.newContainer().valueOf('reborn', user)).toBe(true);

    await world.container.flags.delete(aCall(), 'reborn');
    const reborn = await createFlag('reborn');
    const kept = aUserId();
    await world.container.put('reborn', kept, 'include');

    const fresh = world.newContainer();
    expect(await fresh.valueOf('reborn', user)).toBe(false);
    const page = await fresh.overrides.list(ENVIRONMENT, 'reborn', { after: undefined, limit: 500 });
    expect(page.includes.map(({ userId }) => userId)).toEqual([kept]);

    const { sweeps, tables } = composeStreamSide(world);
    const workItem = sweepKey(old.environment, old.flagKey, old.generation);
    let rounds = 0;
    while ((await tables.flagTable.get(workItem, 'strong')) !== undefined) {
      let steps = 0;
      await sweeps.sweep(old, () => (steps += 1) < 4);
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(1);
    expect(await remaining(old)).toBe(0);
    expect(await remaining(reborn)).toBeGreaterThan(0);
    expect(await world.newContainer().valueOf('reborn', kept)).toBe(true);
  });

  it('never sweeps a living generation', async () => {
    const living = await createFlag('living');
    await world.container.put('living', aUserId(), 'include');
    await composeStreamSide(world).sweeps.sweep(living, () => true);
    expect(
      (await world.container.overrides.list(ENVIRONMENT, 'living', { after: undefined, limit: 50 })).includes,
    ).toHaveLength(1);
  });

  it('puts a sweep off that fails, and lets no record hold up the others', async () => {
    const { jobs } = composeStreamSide(world);
    const record = {
      dynamodb: {
        NewImage: { environment: { S: ENVIRONMENT }, flagKey: { S: 'none' }, generation: { S: 'g' } },
      },
    };
    expect(await jobs.runRecord({ nonsense: true }, () => true)).toBe(true);
    world.proxy.inject('refuse', { operations: ['Query'] });
    expect(await jobs.runRecord(record, () => true)).toBe(false);
    world.proxy.heal();
    expect(await jobs.runRecord(record, () => true)).toBe(true);
  });
});
