import { adminOf, expectProblem, FLAGS, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const nested = (depth: number): unknown =>
  depth === 0
    ? { attribute: 'email', operator: 'equals', value: 'a' }
    : { operator: 'AND', conditions: [nested(depth - 1)] };
const ruled = (...conditions: unknown[]) => ({ key: 'k', rules: [{ conditions }] });

describe('bad input', () => {
  const cases: [string, unknown, number, string, string][] = [
    [
      'a condition without an operator',
      ruled({ attribute: 'email', value: 'a' }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/operator',
    ],
    [
      'a value that an operator does not take',
      ruled({ attribute: 'plan', operator: 'greaterThan', value: '7' }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value',
    ],
    [
      'a pattern that only engines that backtrack know',
      ruled({ attribute: 'email', operator: 'matches', value: '^(?=a)' }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value',
    ],
    [
      'an attribute in a prototype',
      ruled({ attribute: '__proto__.polluted', operator: 'exists', value: true }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/attribute',
    ],
    [
      'a prototype in a condition',
      '{"key":"k","rules":[{"conditions":[{"attribute":"a","operator":"equals","value":{"__proto__":1}}]}]}',
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value/__proto__',
    ],
    [
      'a number beyond all numbers in a condition',
      '{"key":"k","rules":[{"conditions":[{"attribute":"a","operator":"lessThan","value":1e400}]}]}',
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value',
    ],
    [
      'a lone surrogate in a condition',
      '{"key":"k","rules":[{"conditions":[{"attribute":"a","operator":"contains","value":"\\ud800"}]}]}',
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value',
    ],
    [
      'digits that are not ASCII',
      ruled({ attribute: 'now', operator: 'after', value: '２０２６-01-01' }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value',
    ],
    ['rules twenty deep', ruled(nested(19)), 400, 'INVALID_REQUEST', `/rules/0${'/conditions/0'.repeat(11)}`],
    [
      'a thousand conditions',
      ruled(...Array.from({ length: 1_000 }, () => nested(0))),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions',
    ],
    [
      'a thousand conditions in rules of their own',
      {
        key: 'k',
        rules: Array.from({ length: 200 }, () => ({
          conditions: Array.from({ length: 5 }, () => nested(0)),
        })),
      },
      400,
      'INVALID_REQUEST',
      '/rules',
    ],
    [
      'two rules of one id',
      {
        key: 'k',
        rules: [
          { id: 'a', conditions: [] },
          { id: 'a', conditions: [] },
        ],
      },
      400,
      'INVALID_REQUEST',
      '/rules/1/id',
    ],
    [
      'a segment that is none',
      ruled({ attribute: 'segment', operator: 'in', value: ['no-such-segment'] }),
      400,
      'INVALID_REQUEST',
      '/rules/0/conditions/0/value/0',
    ],
    [
      'a rule that serves a variant that is none',
      { key: 'k', rules: [{ conditions: [], serve: { variant: 'x' } }] },
      400,
      'INVALID_REQUEST',
      '/rules/0/serve/variant',
    ],
    [
      'weights of 99.999',
      { key: 'k', variantWeights: { on: 99.999 } },
      400,
      'INVALID_REQUEST',
      '/variantWeights',
    ],
    [
      'a weight of a variant that is none',
      { key: 'k', variantWeights: { on: 50, x: 50 } },
      400,
      'INVALID_REQUEST',
      '/variantWeights/x',
    ],
    [
      'a value that evil patterns look at for ever',
      {
        key: 'k',
        type: 'string',
        variants: { on: `${'a'.repeat(1_000)}!`, off: 'a' },
        valueSchema: { pattern: '^(a+)+$' },
      },
      422,
      'INVALID_VALUE',
      '/variants/on',
    ],
  ];

  it.each(cases)('of who gets what is named: %s', async (_, body, status, code, pointer) => {
    const problem = expectProblem(await asAdmin('POST', FLAGS, body), status, code);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it('of a condition is no stall for who it is evaluated for', async () => {
    const path = await makeFlag({
      enabled: true,
      rolloutPercentage: 0,
      rules: [{ conditions: [{ attribute: 'client.userAgent', operator: 'matches', value: '^(a+)+$' }] }],
    });
    const headers = { 'user-agent': `${'a'.repeat(100)}!` };
    const { body } = await eventually(
      () => guidon.call('GET', '/api/config/flags', { as: 'bob', headers }),
      (answer) => {
        expect(answer.body.flags).toHaveProperty([keyOf(path)]);
      },
    );
    expect(body.flags[keyOf(path)]).toBe(false);
  });
});
