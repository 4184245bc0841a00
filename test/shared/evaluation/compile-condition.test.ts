import { compilers } from '../../../shared/composition/compilers';
import type { JsonValue } from '../../../shared/contract/primitives';
import { OPERATORS, type RuleCondition } from '../../../shared/contract/rule';
import { compileCondition } from '../../../shared/evaluation/compile-condition';
import type { Fault } from '../../../shared/evaluation/model';
import { aContext, aQuestion } from './a-flag';

const compiled = (condition: unknown) => {
  const faults: Fault[] = [];
  const { matches } = compileCondition(condition as RuleCondition, compilers, ['rules', 0], faults);
  return { matches, faults: faults.map(({ path, code }) => ({ path: path.join('.'), code })) };
};

const faultsOf = (condition: unknown) => compiled(condition).faults;

const asking = (operator: string, value: unknown, attribute: unknown = 'plan') => ({
  attribute,
  operator,
  value,
});

/** Rows of a table with one column. */
const rows = (...values: unknown[]) => values.map((value) => ({ value }));

const WRONG_VALUES: Record<string, JsonValue[]> = {
  equals: [null],
  contains: [null, '', [], ['a'], {}],
  startsWith: [null, '', 1, true, ['a'], {}],
  endsWith: [null, '', 1, true, ['a'], {}],
  greaterThan: [null, '1', '', true, [1], {}, Infinity, Number.NaN],
  greaterThanOrEqual: [null, '1', true, [1], {}, -Infinity],
  lessThan: [null, '１', true, [1], {}, Infinity],
  lessThanOrEqual: [null, '1', false, [1], {}, Number.NaN],
  in: [null, 'a', 1, {}, [null], [['a']], [{}], [Infinity], Array.from({ length: 1001 }, (_, n) => n)],
  before: [null, '', 'now', '2026-02-29', '2026-01-01T10:00:00', '24:00', true, [], {}, Infinity, Number.NaN],
  after: [null, '', 'tomorrow', '2026-04-31', '2026-01-01 10:00:00Z', true, [], {}, -Infinity],
  exists: [null, 'true', 1, 0, '', [], {}],
  semverEquals: [null, '', '1.2', 'latest', '1.2.3 ', 1, true, [], {}],
  semverGreaterThan: [null, '', '1', '^1.2.3', 1.2, true, [], {}],
  semverLessThan: [null, '', '1.2.3.4', '01.2.3', 1.2, true, [], {}],
};
const OPPOSITES: Record<string, string> = { notEquals: 'equals', notContains: 'contains', notIn: 'in' };

it.each(
  OPERATORS.filter((operator) => operator !== 'matches').flatMap((operator) =>
    (WRONG_VALUES[OPPOSITES[operator] ?? operator] ?? []).map((value) => ({ operator, value })),
  ),
)('refuses $value as the value of $operator', ({ operator, value }) => {
  expect(faultsOf(asking(operator, value))).toEqual([{ path: 'rules.0.value', code: 'invalid_value' }]);
});

it.each(
  rows(null, '', 1, true, ['a'], {}, '(', '[a', '(?=a)', '(a)\\1', 'a{1001}', '(a{99}){99}', 'a'.repeat(513)),
)('refuses $value as a pattern', ({ value }) => {
  expect(faultsOf(asking('matches', value))).toEqual([{ path: 'rules.0.value', code: 'invalid_pattern' }]);
});

it.each(['', '.', 'a.', '.a', 'a..b', '__proto__', 'a.__proto__', '__proto__.a', 'a.1.2.3.4.5.6.7.8.9'])(
  'refuses %j as an attribute',
  (attribute) => {
    expect(faultsOf(asking('exists', true, attribute))).toEqual([
      { path: 'rules.0.attribute', code: 'invalid_attribute' },
    ]);
  },
);

it.each(rows(undefined, null, 5, true, [], ['email'], {}, { toString: 'x' }))(
  'refuses $value as an attribute, whatever put it there',
  ({ value: attribute }) => {
    expect(faultsOf({ attribute, operator: 'exists', value: true })).toEqual([
      { path: 'rules.0.attribute', code: 'invalid_attribute' },
    ]);
  },
);

it.each(
  rows(undefined, null, 5, 'like', 'EQUALS', 'toString', 'constructor', '__proto__', {}, ['equals'], {
    toString: 1,
  }),
)('knows no operator $value', ({ value: operator }) => {
  const fault = { path: 'rules.0.operator', code: 'unknown_operator' };

  expect(faultsOf({ attribute: 'email', operator, value: 'a' })).toEqual([fault]);
  expect(faultsOf({ attribute: 'segment', operator, value: ['a'] })).toEqual([fault]);
  expect(faultsOf({ operator, conditions: [asking('exists', true)] })).toEqual([fault]);
});

it.each(OPERATORS.filter((operator) => operator !== 'before' && operator !== 'after'))(
  'does not compare now with %s',
  (operator) => {
    expect(faultsOf(asking(operator, '2026-01-01', 'now'))).toEqual([
      { path: 'rules.0.operator', code: 'invalid_operator' },
    ]);
  },
);

it.each(OPERATORS.filter((operator) => operator !== 'in' && operator !== 'notIn'))(
  'does not ask for segments with %s',
  (operator) => {
    expect(faultsOf(asking(operator, ['a'], 'segment'))).toEqual([
      { path: 'rules.0.operator', code: 'invalid_operator' },
    ]);
  },
);

it.each(
  rows(
    null,
    'testers',
    {},
    [1],
    [null],
    Array.from({ length: 101 }, () => 'a'),
  ),
)('refuses $value as a list of segments', ({ value }) => {
  expect(faultsOf(asking('in', value, 'segment'))).toEqual([
    { path: 'rules.0.value', code: 'invalid_value' },
  ]);
});

it.each(['OR', 'NOT'])('refuses %s without conditions', (operator) => {
  expect(faultsOf({ operator, conditions: [] })).toEqual([{ path: 'rules.0.conditions', code: 'too_small' }]);
});

it.each(rows(null, 'text', 5, true, {}, { length: 1 }))(
  'refuses $value as a list of conditions',
  ({ value: conditions }) => {
    expect(faultsOf({ operator: 'AND', conditions })).toEqual([
      { path: 'rules.0.conditions', code: 'invalid_type' },
    ]);
  },
);

it.each(rows(undefined, null, 'text', 5, true))('refuses $value as a condition', ({ value: condition }) => {
  expect(faultsOf({ operator: 'OR', conditions: [condition] })).toEqual([
    { path: 'rules.0.conditions.0', code: 'invalid_type' },
  ]);
});

it('says of every condition what is wrong with it, and where', () => {
  const conditions = [
    asking('equals', 'fine'),
    asking('matches', '('),
    { operator: 'NOT', conditions: [asking('in', []), asking('before', 'soon')] },
  ];

  expect(faultsOf({ operator: 'AND', conditions })).toEqual([
    { path: 'rules.0.conditions.1.value', code: 'invalid_pattern' },
    { path: 'rules.0.conditions.2.conditions.1.value', code: 'invalid_value' },
  ]);
});

it('follows rules until they are too deep', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? asking('exists', true, 'userId') : { operator: 'AND', conditions: [nested(depth - 1)] };

  expect(faultsOf(nested(20))).toEqual([]);
  expect(faultsOf(nested(21))).toEqual([{ path: expect.any(String), code: 'too_deep' }]);
  expect(faultsOf(nested(2000))).toEqual([{ path: expect.any(String), code: 'too_deep' }]);
});

it('takes no number that JSON cannot have for an attribute', () => {
  const question = aQuestion(aContext({ custom: { plan: Infinity, other: Number.NaN } }));
  const holds = (operator: string, value: JsonValue, attribute = 'plan') =>
    compiled(asking(operator, value, attribute)).matches(question);

  expect(holds('after', '2026-01-01')).toBe(false);
  expect(holds('greaterThan', 1)).toBe(false);
  expect(holds('lessThan', 1, 'other')).toBe(false);
  expect(holds('before', 1, 'other')).toBe(false);
});

it('compares texts by code units, halves of characters too', () => {
  const question = aQuestion(aContext({ custom: { plan: 'a\ud83d\ude00' } }));
  const holds = (operator: string, value: JsonValue) => compiled(asking(operator, value)).matches(question);

  expect(holds('endsWith', '\ude00')).toBe(true);
  expect(holds('contains', '\ud83d')).toBe(true);
  expect(holds('equals', 'a\ud83d')).toBe(false);
  expect(holds('matches', '^a.$')).toBe(true);
});
