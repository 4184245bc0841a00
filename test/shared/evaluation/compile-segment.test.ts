import { compilers } from '../../../shared/composition/compilers';
import type { Segment } from '../../../shared/contract/segment';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { aQuestion } from './a-flag';

const compiled = (segment: unknown) => {
  const { compiled: ready, faults } = compileSegment(segment as Segment, compilers);
  return {
    isIn: ready.matches(aQuestion()),
    faults: faults.map(({ path, code }) => ({ path: path.join('.'), code })),
  };
};

const condition = { attribute: 'userId', operator: 'exists', value: true };

it('compiles a rule of conditions', () => {
  expect(compiled({ operator: 'AND', conditions: [condition] })).toEqual({ isIn: true, faults: [] });
  expect(compiled({ operator: 'NOT', conditions: [condition] })).toEqual({ isIn: false, faults: [] });
});

it('does not let a segment name segments, however deep', () => {
  const named = { attribute: 'segment', operator: 'in', value: ['staff'] };

  expect(compiled({ operator: 'AND', conditions: [named] })).toEqual({
    isIn: false,
    faults: [{ path: 'conditions.0.attribute', code: 'nested_segment' }],
  });
  expect(
    compiled({ operator: 'AND', conditions: [condition, { operator: 'NOT', conditions: [named] }] }),
  ).toEqual({
    isIn: false,
    faults: [{ path: 'conditions.1.conditions.0.attribute', code: 'nested_segment' }],
  });
});

it('has nobody in it where a condition is wrong, although the wrong one is under NOT', () => {
  const wrong = { attribute: 'email', operator: 'matches', value: '(' };

  expect(compiled({ operator: 'NOT', conditions: [wrong] })).toEqual({
    isIn: false,
    faults: [{ path: 'conditions.0.value', code: 'invalid_pattern' }],
  });
});

const deep = (depth: number): unknown => {
  let nested: unknown = condition;
  for (let n = 0; n < depth; n += 1) {
    nested = { operator: 'AND', conditions: [nested] };
  }
  return nested;
};

it.each([
  { what: 'nothing', segment: {} },
  { what: 'no conditions', segment: { operator: 'AND', conditions: null } },
  { what: 'a text for conditions', segment: { operator: 'AND', conditions: 'text' } },
  { what: 'null for a condition', segment: { operator: 'AND', conditions: [null] } },
  { what: 'an unknown operator', segment: { operator: 'XOR', conditions: [condition] } },
  { what: 'an operator from a prototype', segment: { operator: 'constructor', conditions: [condition] } },
  { what: 'a nested rule without conditions', segment: { operator: 'AND', conditions: [{ conditions: 5 }] } },
  { what: 'rules 20,000 deep', segment: { operator: 'AND', conditions: [deep(20_000)] } },
])('has nobody in it, and faults, with $what', ({ segment }) => {
  const { isIn, faults } = compiled(segment);

  expect(isIn).toBe(false);
  expect(faults).not.toEqual([]);
});
