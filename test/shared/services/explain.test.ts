import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CognitoUserDirectory } from '../../../shared/cognito/user-directory';
import { composeExplainService } from '../../../shared/composition/explain-service';
import { composeSegmentService } from '../../../shared/composition/segment-service';
import { withDeadline } from '../../../shared/deadline';
import { flagItemKey } from '../../../shared/dynamodb/keys';
import { detailOf, explainIn, matchedBy, ruleOn } from '../../support/explanations';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
let table: DynamoDBDocumentClient;

beforeAll(async () => {
  world = await openFaultyWorld();
  table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

const ANNA = aUserId();
const USERS = {
  [ANNA]: {
    attributes: {
      sub: ANNA,
      email: 'anna@example.com',
      email_verified: 'true',
      'custom:userType': 'staff',
      'custom:seats': '12',
      nickname: 'Anna',
    },
    groups: ['beta'],
  },
};

const explain = explainIn(() => world, USERS);

const setAttributes = (flagKey: string, attributes: Record<string, unknown>) =>
  table.send(
    new UpdateCommand({
      TableName: world.engine.flagTableName,
      Key: flagItemKey(ENVIRONMENT, flagKey),
      UpdateExpression: `SET ${Object.keys(attributes)
        .map((name) => `${name} = :${name}`)
        .join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [`:${name}`, JSON.stringify(value)]),
      ),
    }),
  );

const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('an explanation of the present', () => {
  it('has seen every write that came before it, whatever the caches know', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'fresh', enabled: true });
    expect(await world.container.valueOf('fresh', user)).toBe(true);

    await world.container.put('fresh', user, 'exclude', { reason: 'a complaint' });
    const excluded = await explain('fresh', { userId: user.toUpperCase() });
    expect(excluded.result).toEqual({
      value: false,
      variant: 'off',
      reason: 'TARGETING_MATCH',
      source: 'user exclusion',
      override: { kind: 'exclude', expiresAt: null },
    });
    expect(detailOf(excluded, 'user exclusion')).toBe(
      'the user has an exclusion without an end, for the reason "a complaint"',
    );

    await world.container.remove('fresh', user, 'exclude');
    expect((await explain('fresh', { userId: user })).result).toMatchObject({ source: 'default' });
  });

  it('asks the segments that a rule names', async () => {
    const conditions = [{ attribute: 'country', operator: 'equals' as const, value: 'CH' }];
    const swiss = { key: 'swiss', name: null, description: null, operator: 'AND' as const, conditions };
    await composeSegmentService(world.config).create(aCall(), swiss);
    const rule = ruleOn({ attribute: 'segment', operator: 'in', value: ['swiss'] });
    await world.container.createFlag({
      key: 'segmented',
      enabled: true,
      rolloutPercentage: 0,
      rules: [rule],
    });

    const userId = aUserId();
    const inside = await explain('segmented', { userId, context: { country: 'CH' } });
    expect(matchedBy(inside)).toEqual(['rule']);
    const outside = await explain('segmented', { userId, context: { country: 'DE' } });
    expect(matchedBy(outside)).toEqual(['default']);
    expect(detailOf(outside, 'rule')).toBe(
      'rule r does not match: /conditions/0: segment in ["swiss"], and the caller is in none (not in "swiss": /conditions/0: country equals "CH", and it is "DE")',
    );
  });

  it('says of a flag that was spoiled past the API why it cannot be evaluated', async () => {
    const flag = await world.container.createFlag({ key: 'spoiled' });
    await setAttributes('spoiled', { flag: { ...flag, onVariant: 'gone' } });

    const { result, layers } = await explain('spoiled', {});
    expect(result).toBeNull();
    expect(layers[0]).toEqual({
      layer: 'absent',
      outcome: 'matched',
      detail: 'the flag as it is stored cannot be evaluated: /onVariant: names one of the variants: on, off',
    });
    expect(layers.filter(({ outcome }) => outcome !== 'skipped')).toHaveLength(1);
  });

  it('is refused for a flag that there is not', async () => {
    await expect(explain('nowhere', {})).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
    await expect(explain('nowhere', { at: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'FLAG_NOT_FOUND',
    });
  });

  it('is refused while the table does not answer', async () => {
    await world.container.createFlag({ key: 'unread' });
    world.proxy.inject('fail', { operations: ['GetItem', 'BatchGetItem'] });
    await expect(withDeadline(500, () => explain('unread', {}))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe('an explanation of the future', () => {
  it('judges overrides at that moment', async () => {
    const userId = aUserId();
    await world.container.createFlag({ key: 'ending' });
    const expiresAt = fromNow(60_000);
    await world.container.put('ending', userId, 'include', { expiresAt });

    expect((await explain('ending', { userId })).result).toMatchObject({ source: 'user inclusion' });
    const later = await explain('ending', { userId, at: expiresAt });
    expect(later.result).toMatchObject({ source: 'disabled', override: null });
    expect(detailOf(later, 'user inclusion')).toBe(
      `the user has an inclusion that does not count: it expired at ${expiresAt}`,
    );
  });

  it('applies what is planned until then', async () => {
    await world.container.createFlag({ key: 'planned' });
    const [at, later] = [fromNow(60_000), fromNow(120_000)];
    await setAttributes('planned', {
      planned: [
        { id: 'launch', at, enabled: true },
        { id: 'halve', at: later, rolloutPercentage: 50 },
      ],
    });

    const userId = aUserId();
    const now = await explain('planned', { userId });
    expect(now.result).toMatchObject({ source: 'disabled' });
    expect(detailOf(now, 'schedule')).toContain(`next: "launch" of ${at} (enabled true)`);
    const launched = await explain('planned', { userId, at });
    expect(launched.result).toMatchObject({ value: true, source: 'schedule' });
    expect(detailOf(launched, 'schedule')).toContain(
      `applied: "launch" of ${at} (enabled true); next: "halve" of ${later} (rolloutPercentage 50)`,
    );
    expect((await explain('planned', { userId, at: later })).result).toMatchObject({ reason: 'SPLIT' });
  });
});

describe('the user in question', () => {
  const groupsOnly = { groups: ['beta'] };
  beforeAll(() => world.container.createFlag({ key: 'for-beta', enabled: true, ...groupsOnly }));

  it('is as the pool knows them, whatever the request says', async () => {
    const { identity, result, layers } = await explain('for-beta', {
      userId: ANNA,
      context: { groups: ['nobody'], userType: 'guest', email: 'else@example.com' },
    });
    expect({ identity, source: result?.source }).toEqual({ identity: 'pool', source: 'default' });
    expect(layers.find(({ layer }) => layer === 'group filter')?.detail).toBe(
      'the flag is for groups "beta"; the caller has groups "beta", user type "staff", no subscription',
    );
  });

  it.each([
    ['email', { attribute: 'email', operator: 'equals', value: 'anna@example.com' }, 'rule'],
    ['a custom attribute', { attribute: 'seats', operator: 'greaterThan', value: 10 }, 'rule'],
    [
      'what users may write of themselves',
      { attribute: 'nickname', operator: 'exists', value: true },
      'default',
    ],
  ] as const)('has the attributes that a token would have: %s', async (name, condition, source) => {
    const key = `has-${name.replaceAll(' ', '-')}`;
    await world.container.createFlag({
      key,
      enabled: true,
      rolloutPercentage: 0,
      rules: [ruleOn(condition)],
    });
    expect((await explain(key, { userId: ANNA })).result).toMatchObject({ source });
  });

  it('is as the request says where the pool does not know them', async () => {
    const userId = aUserId();
    expect(await explain('for-beta', { userId, context: groupsOnly })).toMatchObject({
      identity: 'context',
      result: { source: 'default' },
    });
    expect(await explain('for-beta', { userId, context: { country: 'CH' } })).toMatchObject({
      identity: 'unknown',
      result: { source: 'group filter', variant: 'off' },
    });
  });

  it('may be named as OpenFeature names them', async () => {
    expect(await explain('for-beta', { context: { targetingKey: ANNA } })).toMatchObject({
      identity: 'pool',
    });
    const context = { targetingKey: 'account:7', ...groupsOnly };
    expect(await explain('for-beta', { context })).toMatchObject({
      identity: 'context',
      result: { source: 'default' },
    });
  });

  it('is nobody in particular where none is named, and has no identity', async () => {
    const anonymous = await explain('for-beta', { context: groupsOnly });
    expect(anonymous).toMatchObject({ identity: 'unknown', result: null });
    expect(detailOf(anonymous, 'absent')).toBe(
      'the caller is anonymous, and the flag is for signed-in users',
    );
    expect(detailOf(anonymous, 'user exclusion')).toBe('the caller is anonymous, and has no overrides');
  });

  it.each([
    ['a name', { userId: 'bob' }, '/userId'],
    ['an empty text', { userId: '' }, '/userId'],
    ['a targeting key that is no id', { context: { targetingKey: 'a b' } }, '/context/targetingKey'],
    [
      'a targeting key of another user',
      { userId: ANNA, context: { targetingKey: aUserId() } },
      '/context/targetingKey',
    ],
  ])('is refused where it is %s', async (_, request, pointer) => {
    await expect(explain('for-beta', request)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer }],
    });
  });

  it('is never guessed while the pool does not answer', async () => {
    // the discard port: nothing listens there
    process.env['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'] = 'http://127.0.0.1:9';
    const service = composeExplainService(world.config, new CognitoUserDirectory('us-east-1_none'));
    await expect(
      service.explain(ENVIRONMENT, 'for-beta', { userId: ANNA, context: groupsOnly }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 2 });
    delete process.env['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'];
  });
});
