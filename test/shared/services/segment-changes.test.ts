import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { segmentItemKey } from '../../../shared/dynamodb/keys';
import { isInGroup, isInSegment } from '../../support/a-rule';
import { driveStream } from '../../support/drive-stream';
import { segmentsOf } from '../../support/segments';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
const { create, replace, aFlagFor, givenFresh } = segmentsOf(() => world);

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

describe('what happens to segments', () => {
  const send = (command: DeleteCommand | UpdateCommand) =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint })).send(
      command as never,
    );

  it('is in the audit log, once however often it is delivered', async () => {
    const stream = driveStream(world);
    await create('audited');
    await replace('audited', [isInGroup('x')]);
    await world.container.segments.delete(aCall(), 'audited');
    const records = await stream.records();
    await stream.deliver([...records, ...records.toReversed()]);
    const log = (await stream.auditLog()).filter(({ before, after }) =>
      JSON.stringify([before, after]).includes('"audited"'),
    );
    expect(log).toMatchObject([
      { event: 'segment.deleted', flagKey: null, before: { version: 2 }, after: null },
      {
        event: 'segment.updated',
        changedKeys: ['conditions'],
        before: { version: 1 },
        after: { version: 2 },
      },
      { event: 'segment.created', before: null, after: { key: 'audited' }, actor: aCall().attribution.actor },
    ]);
    expect(await stream.unattributed()).toEqual([]);
  });

  it('past the API is in the log as unattributed, and every cache hears of it', async () => {
    const stream = driveStream(world);
    await create('tampered');
    await aFlagFor('for-tampered', 'tampered');
    const warm = world.newContainer();
    expect(await givenFresh(warm, 'for-tampered', 'x')).toBe(false);
    const segment = await world.container.segments.get(ENVIRONMENT, 'tampered');
    const Key = segmentItemKey(ENVIRONMENT, 'tampered');
    const { flagTableName: TableName } = world.engine;
    const write = (text: string) =>
      send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'SET #segment = :segment',
          ExpressionAttributeNames: { '#segment': 'segment' },
          ExpressionAttributeValues: { ':segment': text },
        }),
      );
    await write(JSON.stringify({ ...segment, conditions: [isInGroup('x')] }));
    await stream.deliverNew();
    expect(await givenFresh(warm, 'for-tampered', 'x')).toBe(true);

    // what cannot be read or compiled keeps its last good state, or matches nobody
    for (const spoiled of ['{', JSON.stringify({ ...segment, conditions: [isInSegment('x')] })]) {
      await write(spoiled);
      await stream.deliverNew();
      expect(await givenFresh(warm, 'for-tampered', 'x')).toBe(true);
      expect(await givenFresh(world.newContainer(), 'for-tampered', 'x')).toBe(false);
    }
    await send(new DeleteCommand({ TableName, Key }));
    await stream.deliverNew();
    expect(await givenFresh(warm, 'for-tampered', 'x')).toBe(false);
    // records tell their time by the second: which of one second is the later one does not show
    const unattributed = await stream.unattributed();
    expect(unattributed).toHaveLength(4);
    const having = (fields: object): unknown => expect.objectContaining(fields);
    for (const expected of [
      { after: null },
      { flagKey: null },
      { after: having({ segment: '{' }) },
      {
        before: having({ conditions: [isInGroup('beta')] }),
        after: having({ conditions: [isInGroup('x')] }),
      },
    ]) {
      expect(unattributed).toContainEqual(having(expected));
    }
  });

  it('that leaves it unreadable makes it as good as not there: it can be made anew, not stay for ever', async () => {
    const { segments } = world.container;
    await create('unreadable');
    await send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: segmentItemKey(ENVIRONMENT, 'unreadable'),
        UpdateExpression: 'SET #segment = :segment',
        ExpressionAttributeNames: { '#segment': 'segment' },
        ExpressionAttributeValues: { ':segment': '{' },
      }),
    );
    const missing = { code: 'SEGMENT_NOT_FOUND' };
    await expect(segments.get(ENVIRONMENT, 'unreadable')).rejects.toMatchObject(missing);
    await expect(segments.delete(aCall(), 'unreadable')).rejects.toMatchObject(missing);
    expect(await create('unreadable')).toMatchObject({ version: 1 });
    expect(await segments.get(ENVIRONMENT, 'unreadable')).toMatchObject({ key: 'unreadable' });
  });
});
