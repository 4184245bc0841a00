import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { flagItemKey, quarantineKey, overrideKey } from '../../../shared/dynamodb/keys';
import { aRule } from '../../support/a-rule';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { aCall, aUserId, ENVIRONMENT, openWorld, pause, type World } from '../../support/world';

let world: World;
let stream: StreamDrive;
let client: DynamoDBDocumentClient;

beforeEach(async () => {
  world = await openWorld({ stream: true });
  stream = driveStream(world);
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
});
afterEach(() => world.stop());

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
    await stream.deliverNew();
    expect(await stream.unattributed()).toMatchObject([
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
    await client.send(new DeleteCommand({ TableName, Key: await stream.includeKey('torn', user) }));
    await stream.deliverNew();
    await client.send(new DeleteCommand({ TableName, Key: flagItemKey(ENVIRONMENT, 'torn') }));
    await stream.deliverNew();
    const found = await stream.unattributed();
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
    await stream.deliverNew();
    expect(await stream.unattributed()).toMatchObject([{ flagKey: 'broken', after: { flag: '{ not json' } }]);
    await pause(700);
    expect(await warm.valueOf('broken', aUserId())).toBe(true);
    expect(await warm.valueOf('fine', aUserId())).toBe(true);
    expect(await world.newContainer().valueOf('fine', aUserId())).toBe(true);
    expect(await world.newContainer().valueOf('broken', aUserId())).toBeUndefined();
  });
});

describe('a flag that somebody broke past the API', () => {
  it('can be stopped, and changed only so that it is whole again', async () => {
    await world.container.createFlag({ key: 'whole' });
    const flag = await world.container.flags.get(ENVIRONMENT, 'whole');
    const rules = [{ ...aRule(), id: 'a', serve: { variant: 'gone' } }];
    await client.send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: flagItemKey(ENVIRONMENT, 'whole'),
        UpdateExpression: 'SET flag = :flag',
        ExpressionAttributeValues: { ':flag': JSON.stringify({ ...flag, rules }) },
      }),
    );
    const { flags } = world.container;
    expect(await flags.changeState(aCall(), 'whole', 'kill', null)).toMatchObject({ killed: true });
    await expect(flags.patch(aCall(), 'whole', { owner: 'me' })).rejects.toMatchObject({
      errors: [{ pointer: '/rules/0/serve/variant', code: 'unknown_variant' }],
    });
    expect(await flags.patch(aCall(), 'whole', { rules: [] })).toMatchObject({ rules: [], killed: true });
  });
});

describe('a poison record', () => {
  it('is put aside and holds up no other', async () => {
    await world.container.createFlag({ key: 'healthy' });
    const [good, ...rest] = await stream.records();
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
    await stream.deliver([poison, twisted, good!, ...rest]);
    expect((await stream.auditLog()).map(({ event }) => event)).toEqual(['flag.created']);
    const { tables } = stream;
    expect(await tables.auditTable.get(quarantineKey('poison-1'), 'strong')).toBeDefined();
    expect(await tables.auditTable.get(quarantineKey('poison-2'), 'strong')).toBeDefined();
  });
});

describe('an override written while its flag was being deleted', () => {
  it('asks for a sweep of the dead generation and says nothing', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'raced' });
    const generation = await stream.generationOf('raced');
    await world.container.flags.delete(aCall(), 'raced');
    await client.send(
      new PutCommand({
        TableName: world.engine.flagTableName,
        Item: {
          ...overrideKey({
            environment: ENVIRONMENT,
            flagKey: 'raced',
            generation,
            userId: user,
            deviceId: null,
            kind: 'include',
          }),
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
    await stream.deliverNew();
    expect((await stream.auditLog()).map(({ event }) => event)).toEqual(['flag.deleted', 'flag.created']);
    const sweeps = await world.engine.itemsBeginning(`FLAG#${ENVIRONMENT}#raced`, 'SWEEP#');
    expect(sweeps).toMatchObject([{ generation, round: 1 }]);
  });
});
