import { ExplainResponseSchema, type ExplainResponse, type LayerName } from '../../shared/contract/explain';
import { adminOf, expectProblem, keyOf, newUserId } from '../support/admin';
import {
  type Answer,
  type DemoUser,
  eventually,
  type GuidonInstance,
  useGuidon,
} from '../support/guidon-instance';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

const { ask, makeFlag } = adminOf(() => guidon);

const post = (flag: string, body?: unknown, as: DemoUser = 'viewer'): Promise<Answer> =>
  guidon.call('POST', `${flag}/explain`, { as, ...(body !== undefined && { body }) });

const explain = async (flag: string, body?: unknown): Promise<ExplainResponse> => {
  const answer = await post(flag, body);
  expect(answer).toMatchObject({ status: 200 });
  return ExplainResponseSchema.parse(answer.body);
};

const layersOf = ({ layers }: ExplainResponse, outcome: string): LayerName[] =>
  layers.filter((each) => each.outcome === outcome).map(({ layer }) => layer);

const detailOf = ({ layers }: ExplainResponse, name: LayerName): string =>
  layers.find(({ layer }) => layer === name)?.detail ?? '';

const override = (flag: string, userId: string, overrideType: string, more: object = {}) =>
  ask('POST', `${flag}/users`, { userId, overrideType, ...more });

describe('an explanation', () => {
  it('tells an exclusion from the inclusion that it wins over', async () => {
    const flag = await makeFlag();
    const userId = guidon.ids.bob;
    await override(flag, userId, 'include', { reason: 'beta' });
    const included = await explain(flag, { userId });
    expect(included.result).toMatchObject({ value: true, source: 'user inclusion' });
    expect(layersOf(included, 'matched')).toEqual(['user inclusion']);
    expect(detailOf(included, 'disabled')).toBe('the flag is not enabled');

    await override(flag, userId, 'exclude');
    const excluded = await explain(flag, { userId });
    expect(excluded).toMatchObject({
      identity: 'pool',
      result: {
        value: false,
        variant: 'off',
        reason: 'TARGETING_MATCH',
        source: 'user exclusion',
        override: { kind: 'exclude', expiresAt: null },
      },
    });
    expect(layersOf(excluded, 'shadowed')).toEqual(['user inclusion', 'disabled', 'default']);
    expect(detailOf(excluded, 'user inclusion')).toBe(
      'the user has an inclusion without an end, for the reason "beta"',
    );
  });

  it('is what the user is given', async () => {
    const flag = await makeFlag({ enabled: true, rolloutPercentage: 50, visibility: 'public' });
    const { result } = await explain(flag, { userId: guidon.ids.alice });
    await eventually(
      () => guidon.call('GET', '/api/flags/me', { as: 'alice' }),
      ({ body }) => {
        expect(body.flags[keyOf(flag)]).toEqual(result);
      },
    );
  });

  it('names the condition that a rule fails by, and what it met', async () => {
    const conditions = [
      { attribute: 'groups', operator: 'contains', value: 'beta_testers' },
      { attribute: 'client.appVersion', operator: 'semverGreaterThan', value: '2.0.0' },
    ];
    const rules = [
      { id: 'new-app', name: 'Testers with the new app', conditions, serve: { percentage: 100 } },
    ];
    const flag = await makeFlag({ enabled: true, rolloutPercentage: 0, rules });
    const of = (appVersion: string, userId: string) =>
      explain(flag, { userId, context: { client: { appVersion } } });

    const old = await of('1.9.0', guidon.ids.alice);
    expect(detailOf(old, 'rule')).toBe(
      'rule new-app ("Testers with the new app") does not match: /conditions/1: client.appVersion semverGreaterThan "2.0.0", and it is "1.9.0"',
    );
    expect(layersOf(old, 'matched')).toEqual(['default']);
    const recent = await of('2.1.0', guidon.ids.alice);
    expect(recent.result).toMatchObject({ value: true, source: 'rule' });
    expect(detailOf(await of('2.1.0', guidon.ids.bob), 'rule')).toContain(
      '/conditions/0: groups contains "beta_testers", and there is none',
    );
  });

  it('shows the bucket of the user', async () => {
    const flag = await makeFlag({ enabled: true, rolloutPercentage: 30 });
    const { result, layers } = await explain(flag, { userId: newUserId() });
    const detail = layers.find(({ layer }) => layer === 'rollout')?.detail ?? '';
    const [, bucket = '', where] =
      /^bucket (\d+\.\d{3}) of 100 is (inside|outside) 30 %: /.exec(detail) ?? [];
    expect(where).toBe(Number(bucket) < 30 ? 'inside' : 'outside');
    expect(result).toMatchObject({ value: where === 'inside', source: 'rollout', reason: 'SPLIT' });
  });

  it('shows the off variant of a flag that is for others, and why', async () => {
    const flag = await makeFlag({ enabled: true, groups: ['beta_testers'], subscriptionTiers: ['gold'] });
    const outside = await explain(flag, { userId: guidon.ids.bob });
    expect(outside.result).toMatchObject({ value: false, source: 'group filter', reason: 'DISABLED' });
    expect(detailOf(outside, 'group filter')).toBe(
      'the flag is for groups "beta_testers" or subscription tiers "gold"; the caller has no groups, no user type, no subscription',
    );
    expect((await explain(flag, { userId: guidon.ids.alice })).result).toMatchObject({ source: 'default' });
  });

  it('knows users by the pool, others by what it is told, and nobody in particular', async () => {
    const flag = await makeFlag({ enabled: true, groups: ['beta_testers'] });
    const context = { groups: ['beta_testers'], subscription: 'premium' };
    expect(await explain(flag, { userId: guidon.ids.bob, context })).toMatchObject({
      identity: 'pool',
      result: { source: 'group filter' },
    });
    expect(await explain(flag, { userId: newUserId(), context })).toMatchObject({
      identity: 'context',
      result: { source: 'default' },
    });
    expect(await explain(flag, { userId: newUserId() })).toMatchObject({
      identity: 'unknown',
      result: { source: 'group filter' },
    });
    const nobody = await explain(flag);
    expect(nobody).toMatchObject({ identity: 'unknown', result: null });
    expect(layersOf(nobody, 'matched')).toEqual(['absent']);
  });

  it('has the attributes of the pool', async () => {
    const flag = await makeFlag({ enabled: true, subscriptionTiers: ['premium'] });
    expect(await explain(flag, { userId: guidon.ids.alice })).toMatchObject({
      identity: 'pool',
      result: { source: 'default' },
    });
  });

  it('ignores a device that is not known', async () => {
    const flag = await makeFlag();
    const { layers } = await explain(flag, { userId: guidon.ids.bob, deviceId: 'phone-1' });
    expect(layers[3]).toEqual({
      layer: 'device override',
      outcome: 'skipped',
      detail: '"phone-1" is not known as a device of the user, so it is ignored',
    });
  });
});

describe('an explanation of another time', () => {
  it('is of the past: an override that is gone, a flag that was off', async () => {
    const flag = await makeFlag();
    const userId = guidon.ids.bob;
    await override(flag, userId, 'include');
    const { body: created } = await ask('GET', `${flag}/users`);
    const at = String(created.includes[0].createdAt);
    await ask('DELETE', `${flag}/users/${userId}`);
    await ask('POST', `${flag}/enable`);
    expect((await explain(flag, { userId })).result).toMatchObject({ source: 'default' });

    // the log follows a moment behind
    await eventually(
      () => post(flag, { userId, at }),
      ({ body }) => {
        expect(body.result).toMatchObject({ value: true, source: 'user inclusion' });
        expect(detailOf(body, 'disabled')).toBe('the flag is not enabled');
      },
    );
    const before = await explain(flag, { userId, at: '2020-01-01T00:00:00Z' });
    expect(before.result).toBeNull();
    expect(detailOf(before, 'absent')).toBe('there was no flag of this key at 2020-01-01T00:00:00.000Z');
  });

  it('is of the future: an override that has ended', async () => {
    const flag = await makeFlag({ enabled: true });
    const userId = guidon.ids.bob;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await override(flag, userId, 'exclude', { expiresAt });
    expect((await explain(flag, { userId })).result).toMatchObject({
      source: 'user exclusion',
      override: { kind: 'exclude', expiresAt },
    });
    const later = await explain(flag, { userId, at: expiresAt.replace('Z', '+00:00') });
    expect(later.result).toMatchObject({ source: 'default', override: null });
    expect(detailOf(later, 'user exclusion')).toContain(`it expired at ${expiresAt}`);
  });
});

describe('who and what is refused', () => {
  it('lets viewers and admins ask, and nobody else', async () => {
    const flag = await makeFlag();
    expect((await post(flag, {}, 'admin')).status).toBe(200);
    expect((await post(flag, {}, 'viewer')).status).toBe(200);
    expect((await post(flag, {}, 'alice')).status).toBe(403);
    expect((await guidon.call('POST', `${flag}/explain`, { body: {} })).status).toBe(401);
  });

  it.each([
    [{ userId: 'bob' }, '/userId'],
    [{ userId: 7 }, '/userId'],
    [{ deviceId: 'a b' }, '/deviceId'],
    [{ context: 'x' }, '/context'],
    [{ at: 'yesterday' }, '/at'],
    [{ at: '2026-01-01' }, '/at'],
    [{ user: 'x' }, '/user'],
  ])('names the field of %j', async (body, pointer) => {
    const flag = await makeFlag();
    const problem = expectProblem(await post(flag, body), 400, 'INVALID_REQUEST');
    expect(problem.errors).toMatchObject([{ pointer }]);
  });

  it('says that there is no such flag', async () => {
    expectProblem(await post('/api/admin/flags/no-such-flag'), 404, 'FLAG_NOT_FOUND');
  });
});
