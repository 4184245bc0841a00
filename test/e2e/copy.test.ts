import { isInGroup, isInSegment } from '../support/a-rule';
import { adminOf, expectProblem, FLAGS, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const inStaging = (path: string) => `${path}?environment=staging`;

describe('a flag that is copied to another environment', () => {
  it('is there as it is here, without its overrides, and new if there was none', async () => {
    const path = await makeFlag({
      enabled: true,
      rolloutPercentage: 12.5,
      owner: 'me',
      rules: [{ id: 'a', conditions: [isInGroup('beta_testers')] }],
    });
    await asAdmin('POST', `${path}/users`, { userId: newUserId(), overrideType: 'include' });
    await asAdmin('POST', `${path}/kill`);
    const dry = await asAdmin('POST', `${path}/copy?dryRun=true`, { to: 'staging' });
    expect(dry).toMatchObject({ status: 200, body: { environment: 'staging', version: 1 } });
    expectProblem(await asAdmin('GET', inStaging(path)), 404, 'FLAG_NOT_FOUND');

    const copied = await asAdmin('POST', `${path}/copy`, { to: 'staging' });
    expect(copied.status).toBe(201);
    expect(copied.headers.get('location')).toBe(inStaging(path));
    expect(copied.headers.get('etag')).toBe('"1"');
    expect(copied.body).toMatchObject({
      environment: 'staging',
      enabled: true,
      rolloutPercentage: 12.5,
      owner: 'me',
      rules: [{ id: 'a' }],
      killed: false,
      version: 1,
    });
    expect((await asAdmin('GET', inStaging(path))).body).toEqual(copied.body);
    expect((await asAdmin('GET', inStaging(`${path}/users`))).body).toMatchObject({ includes: [] });
    await eventually(
      () => asAdmin('GET', `/api/admin/audit?environment=staging&flagKey=${keyOf(path)}`),
      ({ body }) => {
        expect(body.items).toMatchObject([{ event: 'flag.copied', environment: 'staging', before: null }]);
      },
    );
  });

  it('replaces what is there, but for its state, at the version that is there', async () => {
    const path = await makeFlag({ owner: 'here' });
    await asAdmin('POST', inStaging(FLAGS), { key: keyOf(path), owner: 'there', tags: ['old'] });
    await asAdmin('POST', inStaging(`${path}/kill`));
    const copy = (ifMatch: string) =>
      asAdmin('POST', `${path}/copy`, { to: 'staging' }, { 'if-match': ifMatch });
    expectProblem(await copy('"1"'), 412, 'VERSION_CONFLICT');
    expect(await copy('"2"')).toMatchObject({
      status: 200,
      body: { owner: 'here', tags: [], killed: true, version: 3 },
    });
    expect(await copy('"3"')).toMatchObject({ status: 200, body: { version: 3 } });
  });

  it('needs the segments that it names to be there', async () => {
    const key = `copied-${Date.now()}`;
    const segment = { key, conditions: [isInGroup('a')] };
    await asAdmin('POST', '/api/admin/segments', segment);
    const path = await makeFlag({ rules: [{ conditions: [isInSegment(key)] }] });
    const missing = await asAdmin('POST', `${path}/copy`, { to: 'staging' });
    expect(expectProblem(missing, 400, 'INVALID_REQUEST').errors).toEqual([
      { pointer: '/to', code: 'unknown_segment', message: `there is no segment "${key}" in staging` },
    ]);
    await asAdmin('POST', inStaging('/api/admin/segments'), segment);
    expect((await asAdmin('POST', `${path}/copy`, { to: 'staging' })).status).toBe(201);
  });

  it('cannot be copied to nowhere, to itself, or over a flag of another type', async () => {
    const path = await makeFlag();
    for (const to of ['moon', 'production', '']) {
      const problem = expectProblem(await asAdmin('POST', `${path}/copy`, { to }), 400, 'INVALID_REQUEST');
      expect(problem.errors?.[0]?.pointer).toBe('/to');
    }
    expectProblem(
      await asAdmin('POST', `${FLAGS}/no-such-flag/copy`, { to: 'staging' }),
      404,
      'FLAG_NOT_FOUND',
    );
    const text = { key: keyOf(path), type: 'string', variants: { on: 'a', off: 'b' } };
    await asAdmin('POST', inStaging(FLAGS), text);
    expectProblem(await asAdmin('POST', `${path}/copy`, { to: 'staging' }), 409, 'ALREADY_EXISTS');
    const as = 'viewer';
    expectProblem(
      await guidon.call('POST', `${path}/copy`, { as, body: { to: 'staging' } }),
      403,
      'FORBIDDEN',
    );
  });
});
