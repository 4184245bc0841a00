import { pageSchema } from '../../shared/contract/primitives';
import { type Condition, RuleSchema } from '../../shared/contract/rule';
import { isInGroup, nestedIn } from '../support/a-rule';
import { adminOf, expectProblem, FLAGS, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const forTesters = { name: 'Testers', conditions: [isInGroup('beta_testers')] };

const sees = (user: 'alice' | 'bob', path: string, value: boolean) =>
  eventually(
    () => guidon.call('GET', '/api/config/flags', { as: user }),
    ({ body }) => {
      expect(body.flags[keyOf(path)]).toBe(value);
    },
  );

describe('the rules of a flag', () => {
  it('can be sent back within the flag however deep the rule is that was taken alone', async () => {
    const lists = { attribute: 'plan', operator: 'equals', value: [[['a']]] } satisfies Condition;
    const path = await makeFlag();
    for (const rule of [
      { conditions: [nestedIn(7, lists)] },
      { conditions: [{ ...lists, value: JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`) }] },
    ]) {
      expect((await asAdmin('POST', `${path}/rules`, rule)).status).toBe(201);
    }
    const { body: flag } = await asAdmin('GET', path);
    expect(await asAdmin('PUT', path, flag)).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await asAdmin('PATCH', path, flag)).toMatchObject({ status: 200, body: { version: 3 } });
    const again = { ...flag, key: keyOf(`${path}-again`) };
    expect(await asAdmin('POST', FLAGS, again)).toMatchObject({ status: 201, body: { rules: flag.rules } });
    const tooDeep = { conditions: [nestedIn(7, { ...lists, value: [[[['a']]]] })] };
    const problem = expectProblem(await asAdmin('POST', `${path}/rules`, tooDeep), 400, 'INVALID_REQUEST');
    expect(problem.errors).toMatchObject([
      { pointer: `${'/conditions/0'.repeat(8)}/value`, code: 'too_deep' },
    ]);
  });

  it('are added, changed, ordered and removed one by one, each at the version of the flag', async () => {
    const path = await makeFlag({ enabled: true, rolloutPercentage: 0 });
    const rules = `${path}/rules`;
    const added = await asAdmin('POST', rules, forTesters, { 'if-match': '"1"' });
    expect(added.status).toBe(201);
    const first = RuleSchema.parse(added.body);
    expect(first).toMatchObject({
      ...forTesters,
      operator: 'AND',
      enabled: true,
      serve: {},
      description: null,
    });
    expect(added.headers.get('location')).toBe(`${rules}/${first.id}`);
    expect(added.headers.get('etag')).toBe('"2"');
    await sees('alice', path, true);
    await sees('bob', path, false);

    const second = await asAdmin('POST', rules, { id: 'second', conditions: [], serve: { percentage: 0 } });
    expect(second.headers.get('etag')).toBe('"3"');
    const ordered = await asAdmin('PUT', rules, { order: ['second', first.id] }, { 'if-match': '"3"' });
    expect(ordered.headers.get('etag')).toBe('"4"');
    expect(pageSchema(RuleSchema).parse(ordered.body)).toMatchObject({
      items: [{ id: 'second' }, { id: first.id }],
      nextCursor: null,
    });
    await sees('alice', path, false);

    const changed = await asAdmin('PUT', `${rules}/second`, { ...second.body, enabled: false });
    expect(changed).toMatchObject({ status: 200, body: { id: 'second', enabled: false } });
    expect(changed.headers.get('etag')).toBe('"5"');
    expect((await asAdmin('PUT', `${rules}/second`, changed.body)).headers.get('etag')).toBe('"5"');
    await sees('alice', path, true);

    const removed = await asAdmin('DELETE', `${rules}/${first.id}`);
    expect([removed.status, removed.text, removed.headers.get('etag')]).toEqual([204, '', '"6"']);
    expectProblem(await asAdmin('DELETE', `${rules}/${first.id}`), 404, 'RULE_NOT_FOUND');
    const listed = await asAdmin('GET', rules);
    expect(listed).toMatchObject({ status: 200, body: { items: [changed.body], nextCursor: null } });
    expect(listed.headers.get('etag')).toBe('"6"');
    expect((await asAdmin('GET', path)).body).toMatchObject({ rules: [changed.body], version: 6 });

    await eventually(
      () => asAdmin('GET', `/api/admin/audit?flagKey=${keyOf(path)}`),
      ({ body }) => {
        expect(body.items).toMatchObject([
          { event: 'rule.deleted', changedKeys: ['rules'], before: { version: 5 }, after: { version: 6 } },
          { event: 'rule.updated', route: 'PUT /api/admin/flags/{flagKey}/rules/{ruleId}' },
          { event: 'rule.reordered', changedKeys: ['rules'] },
          { event: 'rule.created' },
          { event: 'rule.created', values: { rules: [first] }, before: { rules: [] } },
          { event: 'flag.created' },
        ]);
      },
    );
  });

  it('are refused at the place in what was sent', async () => {
    const rules = `${await makeFlag()}/rules`;
    const conditions = [isInGroup('a'), { attribute: 'email', operator: 'matches', value: '(' }];
    const places = async (method: string, path: string, body: unknown) =>
      expectProblem(await asAdmin(method, path, body), 400, 'INVALID_REQUEST').errors?.map(
        ({ pointer }) => pointer,
      );
    await asAdmin('POST', rules, { id: 'a', conditions: [] });
    expect(await places('POST', rules, { conditions })).toEqual(['/conditions/1/value']);
    expect(await places('PUT', `${rules}/a`, { conditions })).toEqual(['/conditions/1/value']);
    expect(await places('PUT', `${rules}/a`, { id: 'b', conditions: [] })).toEqual(['/id']);
    expect(await places('POST', rules, { conditions: [], colour: 1 })).toEqual(['/colour']);
    expect(await places('POST', rules, {})).toEqual(['/conditions']);
    expect(await places('PUT', rules, { order: ['b'] })).toEqual(['/order/0', '/order']);
    expect(await places('PUT', rules, { order: 'a' })).toEqual(['/order']);
    expect(await places('PUT', `${rules}/a%20b`, { conditions: [] })).toEqual(['#path/ruleId']);
    expectProblem(await asAdmin('POST', rules, { id: 'a', conditions: [] }), 409, 'ALREADY_EXISTS');
    const stale = { 'if-match': '"1"' };
    expectProblem(await asAdmin('DELETE', `${rules}/a`, undefined, stale), 412, 'VERSION_CONFLICT');
    expectProblem(await asAdmin('GET', `${FLAGS}/no-such-flag/rules`), 404, 'FLAG_NOT_FOUND');
  });

  it('are checked and not written on a dry run', async () => {
    const path = await makeFlag();
    const dry = await asAdmin('POST', `${path}/rules?dryRun=true`, forTesters);
    expect(dry).toMatchObject({ status: 200, body: forTesters });
    expect((await asAdmin('GET', path)).body).toMatchObject({ version: 1, rules: [] });
  });

  it('can be read by viewers and changed by nobody but admins', async () => {
    const rules = `${await makeFlag()}/rules`;
    expect((await guidon.call('GET', rules, { as: 'viewer' })).status).toBe(200);
    expectProblem(await guidon.call('POST', rules, { as: 'viewer', body: forTesters }), 403, 'FORBIDDEN');
    expectProblem(await guidon.call('GET', rules, { as: 'bob' }), 403, 'FORBIDDEN');
  });
});
