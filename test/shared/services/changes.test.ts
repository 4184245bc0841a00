import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import type { AuditEvent } from '../../../shared/contract/audit';
import {
  flagItemKey,
  overridesVersionKey,
  quarantineKey,
  userOverrideKey,
} from '../../../shared/dynamodb/keys';
import { asCollected, readStream, type StreamRecord } from '../../support/stream-records';
import {
  aCall,
  aUserId,
  composeStreamSide,
  ENVIRONMENT,
  openWorld,
  pause,
  type World,
} from '../../support/world';

let world: World;
let client: DynamoDBDocumentClient;

beforeEach(async () => {
  world = await openWorld();
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
});
afterEach(() => world.stop());

/** What the stream's filter lets through to the handler. */
const isForUs = ({ eventName, dynamodb }: StreamRecord): boolean => {
  const sortKey = dynamodb.Keys['SK']?.S ?? '';
  return (sortKey.startsWith('CHANGE#') && eventName === 'INSERT') || /^(FLAG|USER)#/.test(sortKey);
};

const records = async (): Promise<StreamRecord[]> =>
  (await readStream(world.engine.endpoint, world.engine.flagTableName)).filter(isForUs);

const deliver = async (delivered: readonly StreamRecord[]): Promise<void> => {
  const { changes } = composeStreamSide(world);
  for (const record of delivered) {
    await changes.record(record);
  }
};

const auditLog = async (): Promise<AuditEvent[]> => {
  const { items } = await world.container.audit.list({ environment: ENVIRONMENT, limit: 500 });
  return items;
};

const unattributed = async (): Promise<AuditEvent[]> =>
  (await auditLog()).filter(({ event }) => event === 'change.unattributed');

const generationOf = async (flagKey: string): Promise<string> => {
  const { tables } = composeStreamSide(world);
  return String((await tables.flagTable.get(flagItemKey(ENVIRONMENT, flagKey), 'strong'))?.['generation']);
};

const overrideItemKey = async (flagKey: string, userId: string) =>
  userOverrideKey(ENVIRONMENT, flagKey, await generationOf(flagKey), userId, 'include');

describe('the audit log made from the stream', () => {
  it('holds every change with actor, origin and prior state, newest first', async () => {
    const user = aUserId();
    const { container } = world;
    await container.createFlag({ key: 'story' });
    await container.put('story', user, 'include', { reason: 'Beta tester' });
    await container.put('story', user, 'exclude');
    await container.remove('story', user, 'exclude');
    await container.flags.patch(aCall(), 'story', { rolloutPercentage: 5 });
    await container.flags.delete(aCall(), 'story');
    await deliver(await records());

    const log = await auditLog();
    expect(log.map(({ event }) => event)).toEqual([
      'flag.deleted',
      'flag.updated',
      'override.removed',
      'override.added',
      'override.added',
      'flag.created',
    ]);
    const { actor, ip, userAgent, route, requestId } = aCall().attribution;
    for (const event of log) {
      expect(event).toMatchObject({ actor, ip, userAgent, route, requestId, flagKey: 'story' });
    }
    expect(log[0]).toMatchObject({ before: { key: 'story', rolloutPercentage: 5 }, after: null });
    expect(log[1]).toMatchObject({ changedKeys: ['rolloutPercentage'], values: { rolloutPercentage: 5 } });
    expect(log[2]).toMatchObject({
      targetUserId: user,
      before: { overrideType: 'exclude', version: 1 },
      after: null,
      values: { overrideType: null },
    });
    expect(log[4]).toMatchObject({ after: { overrideType: 'include', reason: 'Beta tester' }, before: null });
  });

  it('is the same whatever order the records come in and however often', async () => {
    const [one, other] = [aUserId(), aUserId()];
    await world.container.createFlag({ key: 'shuffled' });
    await world.container.put('shuffled', one, 'include');
    await world.container.put('shuffled', other, 'exclude');
    await world.container.put('shuffled', one, 'include', { reason: 'again' });
    await world.container.remove('shuffled', other);
    const inOrder = await records();
    await deliver(inOrder);
    const expected = await auditLog();
    expect(expected).toHaveLength(5);

    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...inOrder, ...inOrder, ...inOrder], { minLength: inOrder.length * 3 }),
        async (shuffled) => {
          await deliver(shuffled);
          expect(await auditLog()).toEqual(expected);
        },
      ),
      { numRuns: 5 },
    );
  });

  it('starts from nothing to the same log when the records come shuffled the first time', async () => {
    await world.container.createFlag({ key: 'late' });
    await world.container.put('late', aUserId(), 'include');
    await world.container.flags.delete(aCall(), 'late');
    await deliver([...(await records())].reverse());
    expect((await auditLog()).map(({ event }) => event)).toEqual([
      'flag.deleted',
      'override.added',
      'flag.created',
    ]);
  });

  it('says who removed an override and its flag, though the items are gone', async () => {
    const actor = aUserId();
    const attribution = { ...aCall().attribution, actor };
    const user = aUserId();
    await world.container.createFlag({ key: 'gone' });
    await world.container.put('gone', user, 'include');
    await world.container.overrides.remove(aCall({ attribution }), 'gone', user, undefined);
    await world.container.flags.delete(aCall({ attribution }), 'gone');
    await deliver(await records());
    const log = await auditLog();
    expect(log.filter((event) => event.actor === actor).map(({ event }) => event)).toEqual([
      'flag.deleted',
      'override.removed',
    ]);
  });

  it('records an include and an exclude that go together as one change', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'both' });
    await world.container.put('both', user, 'include');
    await world.container.put('both', user, 'exclude');
    await world.container.remove('both', user);
    await deliver(await records());
    const [removed, ...others] = await auditLog();
    expect(others).toHaveLength(3);
    expect(removed).toMatchObject({
      event: 'override.removed',
      before: { include: { overrideType: 'include' }, exclude: { overrideType: 'exclude' } },
      after: null,
      values: { include: null, exclude: null },
    });
  });
});

describe('an override whose time is over', () => {
  const expire = async (key: string, user: string): Promise<void> => {
    await world.container.createFlag({ key });
    await world.container.put(key, user, 'include', { expiresAt: new Date(Date.now() + 150).toISOString() });
    await pause(200);
  };

  it('ends in the log when DynamoDB collects it, once, and leaves the count', async () => {
    const user = aUserId();
    await expire('collected', user);
    await client.send(
      new DeleteCommand({
        TableName: world.engine.flagTableName,
        Key: await overrideItemKey('collected', user),
      }),
    );
    const all = await records();
    const marked = all.map((record) => (record.eventName === 'REMOVE' ? asCollected(record) : record));
    await deliver([...marked, ...marked]);
    const expired = (await auditLog()).filter(({ event }) => event === 'override.expired');
    expect(expired).toMatchObject([
      { actor: 'system:expiry', targetUserId: user, before: { overrideType: 'include' }, after: null },
    ]);
    expect(Date.parse(expired[0]!.at)).toBe(
      Date.parse((expired[0]!.before as { expiresAt: string }).expiresAt),
    );
    const { items } = await world.container.flags.list(ENVIRONMENT, {
      after: undefined,
      limit: 1,
      q: undefined,
      tag: undefined,
      state: undefined,
    });
    expect(items[0]?.overrideCounts.include).toBe(0);
  });

  it('ends in the log when it is replaced before that', async () => {
    const user = aUserId();
    await expire('replaced', user);
    await world.container.put('replaced', user, 'include');
    await deliver(await records());
    expect((await auditLog()).map(({ event }) => event)).toEqual([
      'override.added',
      'override.expired',
      'override.added',
      'flag.created',
    ]);
  });

  it('leaves no trace when a tombstone is collected', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'tombstone' });
    await world.container.put('tombstone', user, 'include');
    await world.container.remove('tombstone', user);
    const key = await overrideItemKey('tombstone', user);
    await client.send(new DeleteCommand({ TableName: world.engine.flagTableName, Key: key }));
    await deliver(
      (await records()).map((record) => (record.eventName === 'REMOVE' ? asCollected(record) : record)),
    );
    expect(await auditLog()).toHaveLength(3);
  });
});

describe('a write that did not come through the API', () => {
  it('of a flag is recorded as unattributed, and every cache hears of it', async () => {
    await world.container.createFlag({ key: 'tampered' });
    const warm = world.newContainer();
    expect(await warm.valueOf('tampered', aUserId())).toBe(false);
    const flag = await world.container.flags.get(ENVIRONMENT, 'tampered');
    await client.send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: flagItemKey(ENVIRONMENT, 'tampered'),
        UpdateExpression: 'SET flag = :flag',
        ExpressionAttributeValues: { ':flag': JSON.stringify({ ...flag, enabled: true }) },
      }),
    );
    await deliver(await records());
    expect(await unattributed()).toMatchObject([
      {
        flagKey: 'tampered',
        before: { enabled: false },
        after: { enabled: true },
      },
    ]);
    await pause(700);
    expect(await warm.valueOf('tampered', aUserId())).toBe(true);
  });

  it('that removes a flag or an override is recorded as unattributed', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'torn' });
    await world.container.put('torn', user, 'include');
    const TableName = world.engine.flagTableName;
    await client.send(new DeleteCommand({ TableName, Key: await overrideItemKey('torn', user) }));
    await deliver(await records());
    await client.send(new DeleteCommand({ TableName, Key: flagItemKey(ENVIRONMENT, 'torn') }));
    await deliver(await records());
    const found = await unattributed();
    expect(found.map(({ targetUserId }) => targetUserId)).toEqual(expect.arrayContaining([user, null]));
    expect(found).toHaveLength(2);
  });

  it('and that nobody could read is recorded with what is there, and the flag keeps its last good state', async () => {
    await world.container.createFlag({ key: 'broken', enabled: true });
    await world.container.createFlag({ key: 'fine', enabled: true });
    const warm = world.newContainer();
    expect(await warm.valueOf('broken', aUserId())).toBe(true);
    await client.send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: flagItemKey(ENVIRONMENT, 'broken'),
        UpdateExpression: 'SET flag = :flag',
        ExpressionAttributeValues: { ':flag': '{ not json' },
      }),
    );
    await deliver(await records());
    expect(await unattributed()).toMatchObject([{ flagKey: 'broken', after: { flag: '{ not json' } }]);
    await pause(700);
    expect(await warm.valueOf('broken', aUserId())).toBe(true);
    expect(await warm.valueOf('fine', aUserId())).toBe(true);
    expect(await world.newContainer().valueOf('fine', aUserId())).toBe(true);
    expect(await world.newContainer().valueOf('broken', aUserId())).toBeUndefined();
  });
});

describe('a poison record', () => {
  it('is put aside and holds up no other', async () => {
    await world.container.createFlag({ key: 'healthy' });
    const [good, ...rest] = await records();
    const poison = {
      ...good!,
      eventID: 'poison-1',
      dynamodb: { ...good!.dynamodb, NewImage: { nonsense: { Q: '?' } } },
    };
    const change = rest.find(({ dynamodb }) => dynamodb.Keys['SK']?.S.startsWith('CHANGE#')) ?? good!;
    const twisted = {
      ...change,
      eventID: 'poison-2',
      dynamodb: { ...change.dynamodb, NewImage: { ...change.dynamodb.NewImage, change: { S: '{"id":1}' } } },
    };
    await deliver([poison, twisted, good!, ...rest]);
    expect((await auditLog()).map(({ event }) => event)).toEqual(['flag.created']);
    const { tables } = composeStreamSide(world);
    expect(await tables.auditTable.get(quarantineKey('poison-1'), 'strong')).toBeDefined();
    expect(await tables.auditTable.get(quarantineKey('poison-2'), 'strong')).toBeDefined();
  });
});

describe('an override written while its flag was being deleted', () => {
  it('asks for a sweep of the dead generation and says nothing', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'raced' });
    const generation = await generationOf('raced');
    await world.container.flags.delete(aCall(), 'raced');
    await client.send(
      new PutCommand({
        TableName: world.engine.flagTableName,
        Item: {
          ...userOverrideKey(ENVIRONMENT, 'raced', generation, user, 'include'),
          environment: ENVIRONMENT,
          flagKey: 'raced',
          generation,
          userId: user,
          kind: 'include',
          enabled: true,
          reason: null,
          createdBy: 'a',
          createdAt: '2026-01-01T00:00:00.000Z',
          updatedBy: 'a',
          updatedAt: '2026-01-01T00:00:00.000Z',
          expiresAtMs: null,
          version: 1,
          changeId: 'x',
        },
      }),
    );
    await deliver(await records());
    expect((await auditLog()).map(({ event }) => event)).toEqual(['flag.deleted', 'flag.created']);
    const sweeps = await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#raced`, 'SWEEP#');
    expect(sweeps).toMatchObject([{ generation, round: 1 }]);
  });
});

describe('a change of overrides', () => {
  it('names the environment whose cached overrides it outdates; a change of a flag names none', async () => {
    await world.container.createFlag({ key: 'named' });
    await world.container.put('named', aUserId(), 'include');
    const { changes, tables } = composeStreamSide(world);
    const moved = await Promise.all((await records()).map((record) => changes.record(record)));
    expect(new Set(moved)).toEqual(new Set([undefined, ENVIRONMENT]));
    const version = (await tables.flagTable.get(overridesVersionKey(ENVIRONMENT), 'strong'))?.['version'];
    expect(version).toBe(1);
  });
});
