import { adminOf, expectProblem, FLAGS, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, startGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await startGuidon();
}, 90_000);
afterAll(() => guidon.stop());

const nested = (depth: number): unknown =>
  depth === 0
    ? { attribute: 'email', operator: 'equals', value: 'a' }
    : { operator: 'AND', conditions: [nested(depth - 1)] };
const ruled = (...conditions: unknown[]) => ({ key: 'k', rules: [{ conditions }] });

describe('bad input', () => {
  const cases: [string, unknown, number, string, string][] = [
    ['no key', {}, 400, 'INVALID_REQUEST', '/key'],
    ['a key with a slash', { key: 'a/b' }, 400, 'INVALID_REQUEST', '/key'],
    ['a key that is too long', { key: 'k'.repeat(129) }, 400, 'INVALID_REQUEST', '/key'],
    ['an unknown field', { key: 'k', colour: 'red' }, 400, 'INVALID_REQUEST', '/colour'],
    ['an unknown type', { key: 'k', type: 'date' }, 400, 'INVALID_REQUEST', '/type'],
    [
      'a percentage over 100',
      { key: 'k', rolloutPercentage: 100.001 },
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    [
      'a percentage with four decimals',
      { key: 'k', rolloutPercentage: 0.0001 },
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    ['text without variants', { key: 'k', type: 'string' }, 400, 'INVALID_REQUEST', '/variants'],
    ['an on variant that is none', { key: 'k', onVariant: 'blue' }, 400, 'INVALID_REQUEST', '/onVariant'],
    [
      'a value of another type',
      { key: 'k', variants: { on: 1, off: false } },
      422,
      'INVALID_VALUE',
      '/variants/on',
    ],
    [
      'a value outside its schema',
      { key: 'k', type: 'number', variants: { on: 5, off: 0 }, valueSchema: { maximum: 3 } },
      422,
      'INVALID_VALUE',
      '/variants/on',
    ],
    [
      'a schema of no known type',
      { key: 'k', valueSchema: { type: 'text' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema/type',
    ],
    [
      'a broken pattern',
      { key: 'k', valueSchema: { pattern: '(' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema/pattern',
    ],
    [
      'a schema that never ends',
      { key: 'k', valueSchema: { $ref: '#' } },
      400,
      'INVALID_REQUEST',
      '/valueSchema',
    ],
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
    ['rules twenty deep', ruled(nested(19)), 400, 'INVALID_REQUEST', `/rules/0${'/conditions/0'.repeat(9)}`],
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
    ['a lone surrogate', '{"key":"k","name":"\\ud800"}', 400, 'INVALID_REQUEST', '/name'],
    [
      'a number beyond all numbers',
      '{"key":"k","rolloutPercentage":1e400}',
      400,
      'INVALID_REQUEST',
      '/rolloutPercentage',
    ],
    [
      'a prototype',
      '{"key":"k","variants":{"__proto__":true}}',
      400,
      'INVALID_REQUEST',
      '/variants/__proto__',
    ],
    ['a list', [], 400, 'INVALID_REQUEST', ''],
    ['no JSON', '{', 400, 'INVALID_REQUEST', ''],
    ['nothing', '', 400, 'INVALID_REQUEST', ''],
  ];

  it.each(cases)('of a flag is named: %s', async (_, body, status, code, pointer) => {
    const problem = expectProblem(await asAdmin('POST', FLAGS, body), status, code);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it.each([
    ['an unknown parameter', 'colour=red', '#query/colour'],
    ['a limit of none', 'limit=0', '#query/limit'],
    ['a limit over 500', 'limit=501', '#query/limit'],
    ['a limit that is no number', 'limit=ten', '#query/limit'],
    ['an unknown state', 'state=dead', '#query/state'],
    ['an unknown environment', 'environment=moon', '#query/environment'],
    ['a broken cursor', 'cursor=abc', '#query/cursor'],
  ])('in the query is named: %s', async (_, query, pointer) => {
    const problem = expectProblem(await asAdmin('GET', `${FLAGS}?${query}`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
  });

  it('in a path is named, and a path that cannot be read at all does no harm', async () => {
    const problem = expectProblem(await asAdmin('GET', `${FLAGS}/a%20b`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe('#path/flagKey');
    expect((await asAdmin('GET', `${FLAGS}/%E0%A4%A`)).status).toBe(400);
    expect((await asAdmin('GET', `${FLAGS}/a%2523b`)).status).toBe(400);
  });

  it('that is too large, too deep or of another kind is refused before it is read', async () => {
    const large = JSON.stringify({ key: 'k', description: 'x'.repeat(300_000) });
    expectProblem(await asAdmin('POST', FLAGS, large), 413, 'PAYLOAD_TOO_LARGE');
    const deep = `{"key":"k","variants":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`;
    expectProblem(await asAdmin('POST', FLAGS, deep), 400, 'INVALID_REQUEST');
    const text = await asAdmin('POST', FLAGS, '{"key":"k"}', { 'content-type': 'text/plain' });
    expectProblem(text, 415, 'UNSUPPORTED_MEDIA_TYPE');
    const big = { on: 'x'.repeat(140_000), off: '' };
    expectProblem(
      await asAdmin('POST', FLAGS, { key: 'k', type: 'string', variants: big }),
      413,
      'PAYLOAD_TOO_LARGE',
    );
  });

  it('is answered in proportion, whatever the length of what is wrong', async () => {
    const answer = await asAdmin('POST', FLAGS, { key: 'k', ['x'.repeat(100_000)]: 1 });
    expectProblem(answer, 400, 'INVALID_REQUEST');
    expect(answer.text.length).toBeLessThan(2_000);
  });

  it('of a media type is none for its spelling', async () => {
    const type = { 'content-type': 'Application/JSON; Charset=UTF-8' };
    expectProblem(await asAdmin('POST', FLAGS, '{}', type), 400, 'INVALID_REQUEST');
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

  it('of the audit log is a beginning behind the end', async () => {
    const query = 'from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    const problem = expectProblem(await asAdmin('GET', `/api/admin/audit?${query}`), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe('#query/from');
  });

  it('to a route that is not there is told so', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/admin/nothing?x=1'],
      ['DELETE', FLAGS],
      ['GET', `${FLAGS}/`],
    ]) {
      expectProblem(await asAdmin(method ?? '', path ?? ''), 404, 'NOT_FOUND');
    }
  });
});
