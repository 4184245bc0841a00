import { adminOf, expectProblem, keyOf } from '../support/admin';
import { type Answer, eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { ofrepOf } from '../support/ofrep';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

const { makeFlag } = adminOf(() => guidon);
const { one } = ofrepOf(() => guidon);

const headers = { 'content-type': 'application/json' };

const explain = (flag: string, body: unknown): Promise<Answer> =>
  guidon.call('POST', `${flag}/explain`, { as: 'viewer', headers, body });

describe('the context of an explanation', () => {
  it.each([
    ['a context of null', { context: null }],
    ['a targeting key of null', { context: { targetingKey: null } }],
    ['an empty targeting key', { context: { targetingKey: '' } }],
  ])('may be %s, as that of OFREP', async (_, body) => {
    const flag = await makeFlag({ enabled: true, visibility: 'public' });
    expect(await explain(flag, body)).toMatchObject({
      status: 200,
      body: { identity: 'unknown', result: { value: true } },
    });
    await eventually(
      () => guidon.call('POST', `/ofrep/v1/evaluate/flags/${keyOf(flag)}`, { headers, body }),
      (answer) => {
        expect(answer).toMatchObject({ status: 200, body: { value: true } });
      },
    );
  });

  it('has no number beyond all numbers, neither here nor in OFREP', async () => {
    const flag = await makeFlag({ enabled: true, visibility: 'public' });
    const body = '{"context":{"seats":1e400}}';
    expect(await explain(flag, body)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/context/seats', code: 'invalid_number' }] },
    });
    const path = `/ofrep/v1/evaluate/flags/${keyOf(flag)}`;
    expect(await guidon.call('POST', path, { headers, body })).toMatchObject({
      status: 400,
      body: { errorCode: 'INVALID_CONTEXT' },
    });
  });

  it('may name whomever a machine may name, and gives what the machine is told', async () => {
    const flag = await makeFlag({ enabled: true, rolloutPercentage: 50, groups: ['beta'] });
    const context = { targetingKey: 'account:7', groups: ['beta'] };
    const { body } = await explain(flag, { context });
    expect(body).toMatchObject({ identity: 'context', result: { source: 'rollout' } });
    const machine = { token: await guidon.machineToken() };
    await eventually(
      () => one(keyOf(flag), context, machine),
      (answer) => {
        expect(answer).toMatchObject({
          status: 200,
          body: { value: body.result.value, variant: body.result.variant, reason: 'SPLIT' },
        });
      },
    );
  });

  it.each([
    ['is a list', ['x'], '/context'],
    ['names nobody that there could be', { targetingKey: 'a b' }, '/context/targetingKey'],
    ['names a user by a number', { targetingKey: 7 }, '/context/targetingKey'],
    ['has a text that is too long', { session: { cart: 'x'.repeat(2_049) } }, '/context/session/cart'],
    ['has a list that is too long', { groups: Array(1_001).fill('x') }, '/context/groups'],
  ])('is refused where it %s', async (_, context, pointer) => {
    const flag = await makeFlag();
    const problem = expectProblem(await explain(flag, { context }), 400, 'INVALID_REQUEST');
    expect(problem.errors).toMatchObject([{ pointer }]);
  });
});
