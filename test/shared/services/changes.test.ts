import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { overridesVersionKey } from '../../../shared/dynamodb/keys';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { asCollected, type StreamRecord } from '../../support/stream-records';
import { aCall, aUserId, ENVIRONMENT, openWorld, pauseUntil, soonMs, type World } from '../../support/world';

let world: World;
let stream: StreamDrive;
let client: DynamoDBDocumentClient;

beforeEach(async () => {
  world = await openWorld({ stream: true });
  stream = driveStream(world);
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
});
afterEach(() => world.stop());

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
    await stream.deliverNew();

    const log = await stream.auditLog();
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
    const inOrder = await stream.records();
    await stream.deliver(inOrder);
    const expected = await stream.auditLog();
    expect(expected).toHaveLength(5);

    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...inOrder, ...inOrder, ...inOrder], { minLength: inOrder.length * 3 }),
        async (shuffled) => {
          await stream.deliver(shuffled);
          expect(await stream.auditLog()).toEqual(expected);
        },
      ),
      { numRuns: 5 },
    );
  });

  it('starts from nothing to the same log when the records come shuffled the first time', async () => {
    await world.container.createFlag({ key: 'late' });
    await world.container.put('late', aUserId(), 'include');
    await world.container.flags.delete(aCall(), 'late');
    await stream.deliver([...(await stream.records())].reverse());
    expect((await stream.auditLog()).map(({ event }) => event)).toEqual([
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
    await stream.deliverNew();
    const log = await stream.auditLog();
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
    await stream.deliverNew();
    const [removed, ...others] = await stream.auditLog();
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
    const endsAtMs = soonMs();
    await world.container.put(key, user, 'include', { expiresAt: new Date(endsAtMs).toISOString() });
    await pauseUntil(endsAtMs);
  };

  it('ends in the log when DynamoDB collects it, once, and leaves the count', async () => {
    const user = aUserId();
    await expire('collected', user);
    await client.send(
      new DeleteCommand({
        TableName: world.engine.flagTableName,
        Key: await stream.includeKey('collected', user),
      }),
    );
    const all = await stream.records();
    const marked = all.map((record) => (record.eventName === 'REMOVE' ? asCollected(record) : record));
    await stream.deliver([...marked, ...marked]);
    const expired = (await stream.auditLog()).filter(({ event }) => event === 'override.expired');
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
    await stream.deliverNew();
    expect((await stream.auditLog()).map(({ event }) => event)).toEqual([
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
    const key = await stream.includeKey('tombstone', user);
    await client.send(new DeleteCommand({ TableName: world.engine.flagTableName, Key: key }));
    await stream.deliver(
      (await stream.records()).map((record) =>
        record.eventName === 'REMOVE' ? asCollected(record) : record,
      ),
    );
    expect(await stream.auditLog()).toHaveLength(3);
  });
});

describe('a change of overrides', () => {
  const outdatedBy = async (records: readonly StreamRecord[]): Promise<readonly string[][]> => {
    const named: string[][] = [];
    for (const record of records) {
      named.push([...(await stream.changes.record(record, stream.changes.beginBatch()))]);
    }
    return named;
  };

  it('names the environment whose cached overrides it outdates; a change of a flag names none', async () => {
    await world.container.createFlag({ key: 'named' });
    await world.container.put('named', aUserId(), 'include');
    const { tables } = stream;
    const named = await outdatedBy(await stream.records());
    expect(new Set(named.map(String))).toEqual(new Set(['', ENVIRONMENT]));
    const version = (await tables.flagTable.get(overridesVersionKey(ENVIRONMENT), 'strong'))?.['version'];
    expect(version).toBe(1);
  });

  it('names every environment where it is one of a device, whose owner and type count in each', async () => {
    const owner = aUserId();
    const steps = [
      () => world.container.putDevice(owner, 'everywhere'),
      () => world.container.putDevice(owner, 'everywhere', 'charger'),
      () => world.container.devices.remove(aCall(), owner, 'everywhere'),
    ];
    for (const step of steps) {
      const { length } = await stream.records();
      await step();
      const named = await outdatedBy((await stream.records()).slice(length));
      expect(named).toEqual([[ENVIRONMENT, 'staging']]);
    }
  });
});
