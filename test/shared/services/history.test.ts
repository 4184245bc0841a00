import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { composeSegmentService } from '../../../shared/composition/segment-service';
import { flagItemKey } from '../../../shared/dynamodb/keys';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { detailOf, explainIn, matchedBy, momentBetween, ruleOn } from '../../support/explanations';
import { aCall, aUserId, ENVIRONMENT, openWorld, pause, type World } from '../../support/world';

let world: World;
let stream: StreamDrive;

beforeEach(async () => {
  world = await openWorld({ stream: true });
  stream = driveStream(world);
});
afterEach(() => world.stop());

const explain = explainIn(() => world);
const fileChanges = async () => stream.deliverNew();

describe('the flag of a moment in the past', () => {
  it('is as the last change up to then left it', async () => {
    const { flags, createFlag } = world.container;
    const userId = aUserId();
    const before = await momentBetween();
    await createFlag({ key: 'moved' });
    const created = await momentBetween();
    await flags.patch(aCall(), 'moved', {
      enabled: true,
      rules: [ruleOn({ attribute: 'userId', operator: 'exists', value: true })],
    });
    const ruled = await momentBetween();
    await flags.changeState(aCall(), 'moved', 'kill', null);
    const killed = await momentBetween();
    await flags.delete(aCall(), 'moved');
    await fileChanges();
    const deleted = await momentBetween();

    const sourceAt = async (at: string) => (await explain('moved', { userId, at })).result?.source;
    expect(await sourceAt(created)).toBe('disabled');
    expect(await sourceAt(ruled)).toBe('rule');
    expect(await sourceAt(killed)).toBe('killed');
    for (const at of [before, deleted]) {
      const explanation = await explain('moved', { userId, at });
      expect(explanation.result).toBeNull();
      expect(matchedBy(explanation)).toEqual(['absent']);
      expect(detailOf(explanation, 'absent')).toBe(`there was no flag of this key at ${at}`);
    }
    await expect(explain('moved', { userId })).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
  });

  it('is the present one where the log has not heard of it yet', async () => {
    const { flags, createFlag } = world.container;
    const before = await momentBetween();
    await createFlag({ key: 'new', enabled: true });
    const created = await momentBetween();
    expect((await explain('new', { userId: aUserId(), at: created })).result).toMatchObject({ value: true });
    expect(detailOf(await explain('new', { at: before }), 'absent')).toBe(
      `there was no flag of this key at ${before}`,
    );

    await fileChanges();
    await flags.changeState(aCall(), 'new', 'disable', null);
    const disabled = await momentBetween();
    expect((await explain('new', { userId: aUserId(), at: created })).result).toMatchObject({ value: true });
    expect((await explain('new', { userId: aUserId(), at: disabled })).result).toMatchObject({
      value: false,
    });
  });

  it('is not guessed where the log does not reach back to it', async () => {
    const { flags, createFlag } = world.container;
    await createFlag({ key: 'unlogged' });
    const unlogged = await momentBetween();
    await flags.changeState(aCall(), 'unlogged', 'enable', null);
    const enabled = await momentBetween();
    const records = await stream.records();
    await flags.changeState(aCall(), 'unlogged', 'disable', null);
    // what happened up to now never reaches the log
    await stream.deliver((await stream.records()).slice(records.length));

    const explanation = await explain('unlogged', { at: unlogged });
    expect(explanation.result).toBeNull();
    expect(detailOf(explanation, 'absent')).toBe(
      `nothing is known of the flag at ${unlogged}: the audit log does not reach back that far`,
    );
    expect((await explain('unlogged', { userId: aUserId(), at: enabled })).result).toMatchObject({
      value: true,
    });
  });

  it('is not told without what else decided, where the log does not reach back to that', async () => {
    const userId = aUserId();
    await world.container.createFlag({ key: 'half-logged', enabled: true });
    await fileChanges();
    await world.container.put('half-logged', userId, 'exclude');
    const unlogged = await momentBetween();
    await world.container.put('half-logged', userId, 'exclude', { reason: 'changed' });
    const explanation = await explain('half-logged', { userId, at: unlogged });
    expect(explanation.result).toBeNull();
    expect(detailOf(explanation, 'absent')).toBe(
      `nothing is known of the user's overrides at ${unlogged}: the audit log does not reach back that far`,
    );
    expect((await explain('half-logged', { userId: aUserId(), at: unlogged })).result).toMatchObject({
      value: true,
    });
  });

  it('is not what somebody made of it past the API later', async () => {
    const flag = await world.container.createFlag({ key: 'tampered', enabled: true });
    await fileChanges();
    const at = await momentBetween();
    // records of the stream tell their time in whole seconds
    await pause(1_100);
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
    await client.send(
      new UpdateCommand({
        TableName: world.engine.flagTableName,
        Key: flagItemKey(ENVIRONMENT, 'tampered'),
        UpdateExpression: 'SET flag = :flag',
        ExpressionAttributeValues: { ':flag': JSON.stringify({ ...flag, enabled: false }) },
      }),
    );
    await fileChanges();

    const userId = aUserId();
    expect((await explain('tampered', { userId })).result).toMatchObject({ value: false });
    expect((await explain('tampered', { userId, at })).result).toMatchObject({ value: true });
  });

  it('is found behind many changes of overrides on it', async () => {
    const { createFlag, put } = world.container;
    await createFlag({ key: 'busy', enabled: true });
    for (let n = 0; n < 30; n += 1) {
      await put('busy', aUserId(), 'exclude');
    }
    const at = await momentBetween();
    await world.container.flags.changeState(aCall(), 'busy', 'disable', null);
    await fileChanges();

    expect((await explain('busy', { userId: aUserId(), at })).result).toMatchObject({ value: true });
  });

  it('has the segments of then', async () => {
    const segments = composeSegmentService(world.config);
    const swiss = (country: string) => ({
      key: 'home',
      name: null,
      description: null,
      operator: 'AND' as const,
      conditions: [{ attribute: 'country', operator: 'equals' as const, value: country }],
    });
    await segments.create(aCall(), swiss('CH'));
    const rule = ruleOn({ attribute: 'segment', operator: 'in', value: ['home'] });
    await world.container.createFlag({ key: 'at-home', enabled: true, rolloutPercentage: 0, rules: [rule] });
    const at = await momentBetween();
    await segments.replace(aCall(), 'home', swiss('AT'));
    await fileChanges();

    const of = (country: string, moment?: string) =>
      explain('at-home', { userId: aUserId(), context: { country }, ...(moment && { at: moment }) });
    expect(matchedBy(await of('CH', at))).toEqual(['rule']);
    expect(matchedBy(await of('AT', at))).toEqual(['default']);
    expect(matchedBy(await of('AT'))).toEqual(['rule']);
  });
});

describe('the overrides of a moment in the past', () => {
  it('are those of then, whatever has become of them', async () => {
    const { createFlag, put, remove } = world.container;
    const userId = aUserId();
    await createFlag({ key: 'story' });
    const nothing = await momentBetween();
    const { override } = await put('story', userId, 'include', { reason: 'first' });
    const included = await momentBetween();
    await put('story', userId, 'exclude');
    const excluded = await momentBetween();
    await remove('story', userId, 'exclude');
    const again = await momentBetween();
    await put('story', userId, 'include', { reason: 'second' });
    await put('story', userId, 'exclude');
    const both = await momentBetween();
    await remove('story', userId);
    await fileChanges();

    const sourceAt = async (at?: string) =>
      (await explain('story', { userId, ...(at && { at }) })).result?.source;
    expect(await sourceAt(nothing)).toBe('disabled');
    expect(await sourceAt(override.createdAt)).toBe('user inclusion');
    expect(await sourceAt(included)).toBe('user inclusion');
    expect(await sourceAt(excluded)).toBe('user exclusion');
    expect(await sourceAt(again)).toBe('user inclusion');
    expect(await sourceAt(both)).toBe('user exclusion');
    expect(await sourceAt()).toBe('disabled');
    expect(detailOf(await explain('story', { userId, at: again }), 'user inclusion')).toBe(
      'the user has an inclusion without an end, for the reason "first"',
    );
    expect((await explain('story', { userId: aUserId(), at: both })).result).toMatchObject({
      source: 'disabled',
    });
  });

  it('are there before the log has heard of them', async () => {
    const userId = aUserId();
    await world.container.createFlag({ key: 'heard' });
    await world.container.put('heard', userId, 'include');
    const at = await momentBetween();
    expect((await explain('heard', { userId, at })).result).toMatchObject({ source: 'user inclusion' });
  });

  it('count until they expired, at that moment', async () => {
    const userId = aUserId();
    await world.container.createFlag({ key: 'paused', enabled: true });
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    await world.container.put('paused', userId, 'exclude', { expiresAt });
    const at = await momentBetween();
    await fileChanges();
    await pause(1_000);

    expect((await explain('paused', { userId, at })).result).toMatchObject({
      source: 'user exclusion',
      override: { kind: 'exclude', expiresAt },
    });
    const later = await explain('paused', { userId, at: expiresAt });
    expect(later.result).toMatchObject({ source: 'default' });
    expect(detailOf(later, 'user exclusion')).toBe(
      `the user has an exclusion that does not count: it expired at ${expiresAt}`,
    );
  });

  it('of a former flag do not count on its successor', async () => {
    const { flags, createFlag, put } = world.container;
    const userId = aUserId();
    await createFlag({ key: 'reborn' });
    await put('reborn', userId, 'include');
    const first = await momentBetween();
    await flags.delete(aCall(), 'reborn');
    await createFlag({ key: 'reborn' });
    const second = await momentBetween();
    await put('reborn', userId, 'include');
    await fileChanges();

    expect((await explain('reborn', { userId, at: first })).result).toMatchObject({
      source: 'user inclusion',
    });
    const successor = await explain('reborn', { userId, at: second });
    expect(successor.result).toMatchObject({ source: 'disabled' });
    expect(detailOf(successor, 'user inclusion')).toBe(
      'the user has an inclusion that does not count: it was set on a former flag of this key',
    );
  });
});
