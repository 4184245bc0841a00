import { adminOf, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, type RequestOptions, useGuidon } from '../support/guidon-instance';
import { everyContainerKnows, ofrepOf } from '../support/ofrep';

let guidon: GuidonInstance;
let machine: { token: string };
const { makeFlag } = adminOf(() => guidon);
const { one } = ofrepOf(() => guidon);

/** What conditions ask in these tests: each flag is on for those of whom its condition is true. */
const conditions = {
  email: { attribute: 'email', operator: 'equals', value: 'alice@example.com' },
  groups: { attribute: 'groups', operator: 'contains', value: 'beta_testers' },
  subscription: { attribute: 'subscription', operator: 'equals', value: 'premium' },
  userType: { attribute: 'userType', operator: 'equals', value: 'staff' },
  custom: { attribute: 'orders', operator: 'greaterThan', value: 10 },
  userId: { attribute: 'userId', operator: 'exists', value: true },
  browser: { attribute: 'client.browser', operator: 'equals', value: 'firefox' },
  timezone: { attribute: 'client.timezone', operator: 'startsWith', value: 'Europe/' },
  version: { attribute: 'client.appVersion', operator: 'semverGreaterThan', value: '2.9.0' },
  visits: { attribute: 'session.visits', operator: 'greaterThan', value: 2 },
  country: { attribute: 'country', operator: 'in', value: ['CH', 'AT'] },
  environment: { attribute: 'environment', operator: 'equals', value: 'staging' },
} as const;

type Name = keyof typeof conditions;
const keys: Partial<Record<Name, string>> = {};

const context = {
  email: 'alice@example.com',
  groups: ['beta_testers'],
  subscription: 'premium',
  userType: 'staff',
  orders: 12,
  userId: 'me',
  client: { browser: 'firefox', timezone: 'Europe/Zurich', appVersion: '3.0.0' },
  session: { visits: 3 },
  country: 'CH',
  environment: 'staging',
};

const headers = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
  'x-timezone': 'Europe/Zurich',
  'x-app-version': '3.0.0',
  'cloudfront-viewer-country': 'CH',
};

const names = Object.keys(conditions) as Name[];

/** The conditions that hold for a caller. */
const trueOf = (values: Readonly<Record<string, unknown>>): Name[] =>
  names.filter((name) => values[keys[name] ?? ''] === true);

const byOfrep = async (given: object, options: RequestOptions): Promise<Name[]> => {
  const answers = await Promise.all(names.map((name) => one(keys[name] ?? '', given, options)));
  return trueOf(Object.fromEntries(answers.map(({ body }) => [body.key, body.value])));
};

const byGet = async (options: RequestOptions): Promise<Name[]> => {
  const { body } = await eventually(
    () => guidon.call('GET', '/api/config/flags', options),
    (answer) => {
      expect(Object.keys(answer.body.flags)).toEqual(expect.arrayContaining(Object.values(keys)));
    },
  );
  return trueOf(body.flags);
};

beforeAll(async () => {
  guidon = await useGuidon();
  machine = { token: await guidon.machineToken() };
  for (const name of names) {
    const rules = [{ name, conditions: [conditions[name]] }];
    const fields = { enabled: true, visibility: 'public', rolloutPercentage: 0, rules };
    keys[name] = keyOf(await makeFlag(fields));
  }
  await eventually(
    async () => [await guidon.call('GET', '/api/config/flags'), await one(keys.environment ?? '')],
    ([all, last]) => {
      expect(Object.keys(all?.body.flags)).toEqual(expect.arrayContaining(Object.values(keys)));
      expect(last?.status).toBe(200);
    },
  );
  await everyContainerKnows();
});

describe('targeting goes by', () => {
  const ofAlice = ['email', 'groups', 'subscription', 'userId'];
  const ofClient = ['browser', 'timezone', 'version'];

  it('the token of a user', async () => {
    expect(await byGet({ as: 'alice' })).toEqual(ofAlice);
    expect(await byOfrep({}, { as: 'alice' })).toEqual(ofAlice);
    expect(await byGet({ as: 'bob' })).toEqual(['userId']);
    expect(await byGet({})).toEqual([]);
  });

  it('the headers of a client, whoever it is', async () => {
    expect(await byGet({ headers })).toEqual([...ofClient, 'country']);
    expect(await byGet({ as: 'alice', headers })).toEqual([...ofAlice, ...ofClient, 'country']);
    expect(await byOfrep({}, { headers })).toEqual([...ofClient, 'country']);
  });

  it('what a user says of client, session and place, and of nothing else', async () => {
    const { targetingKey } = { targetingKey: guidon.ids.bob };
    expect(await byOfrep({ targetingKey, ...context }, { as: 'bob' })).toEqual([
      'userId',
      ...ofClient,
      'visits',
      'country',
    ]);
    expect(await byOfrep(context, {})).toEqual([...ofClient, 'visits', 'country']);
  });

  it('all that a machine says of the user that it names, and by nothing of its own', async () => {
    const targetingKey = newUserId();
    const others = names.filter((name) => name !== 'environment');
    expect(await byOfrep({ targetingKey, ...context }, machine)).toEqual(others);
    expect(await byOfrep({ targetingKey }, { ...machine, headers })).toEqual(['userId']);
    expect(await byOfrep({ userId: targetingKey }, machine)).toEqual([]);
  });

  it('a rule that is named in the answer', async () => {
    const { body } = await one(keys.visits ?? '', { session: { visits: 7 } });
    expect(body).toMatchObject({ reason: 'TARGETING_MATCH', metadata: { source: 'rule' } });
    expect(body.metadata.ruleId).toEqual(expect.any(String));
  });
});

describe('a flag for a subscription tier', () => {
  it('is there for those of that tier alone', async () => {
    const key = keyOf(await makeFlag({ enabled: true, subscriptionTiers: ['premium'] }));
    await eventually(
      () => one(key, {}, { as: 'alice' }),
      ({ status }) => {
        expect(status).toBe(200);
      },
    );
    expect((await one(key, { subscription: 'premium' }, { as: 'bob' })).status).toBe(404);
    const named = { targetingKey: newUserId() };
    expect((await one(key, named, machine)).status).toBe(404);
    expect((await one(key, { ...named, subscription: 'premium' }, machine)).status).toBe(200);
  });
});
