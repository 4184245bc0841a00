import * as fc from 'fast-check';
import type { JsonValue } from '../../../shared/contract/primitives';
import { jsonEquals } from '../../../shared/evaluation/json-equals';

const jsonValues = fc.jsonValue() as fc.Arbitrary<JsonValue>;

it('finds every value equal to its copy', () => {
  fc.assert(fc.property(jsonValues, (value) => jsonEquals(value, structuredClone(value))));
});

it('agrees with the JSON text wherever the keys have the same order', () => {
  fc.assert(
    fc.property(
      jsonValues,
      jsonValues,
      (a, b) => JSON.stringify(a) !== JSON.stringify(b) || jsonEquals(a, b),
    ),
  );
});

it.each<{ a: JsonValue; b: JsonValue }>([
  { a: null, b: {} },
  { a: {}, b: null },
  { a: 1, b: '1' },
  { a: [], b: {} },
  { a: {}, b: [] },
  { a: [[1]], b: [[2]] },
  { a: { a: null }, b: { b: null } },
  { a: { toString: null }, b: { other: null } },
])('tells $a and $b apart', ({ a, b }) => {
  expect(jsonEquals(a, b)).toBe(false);
});

it('compares a key called __proto__ like any other', () => {
  const a = JSON.parse('{ "__proto__": { "x": 1 } }') as JsonValue;
  const b = JSON.parse('{ "__proto__": { "x": 2 } }') as JsonValue;

  expect(jsonEquals(a, b)).toBe(false);
  expect(jsonEquals(a, structuredClone(a))).toBe(true);
  expect(jsonEquals(JSON.parse('{ "__proto__": {} }') as JsonValue, { x: 1 })).toBe(false);
});
