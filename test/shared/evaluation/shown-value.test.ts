import { shownNames, shownText, shownValue } from '../../../shared/evaluation/shown-value';

it.each([
  { value: null, shown: 'null' },
  { value: 1.5, shown: '1.5' },
  { value: 'a "b"', shown: String.raw`"a \"b\""` },
  { value: [1, [2, [3]], {}], shown: '[1, [2, […]], {}]' },
  { value: { a: { b: { c: 1 } } }, shown: '{"a": {"b": {…}}}' },
  { value: [1, 2, 3, 4, 5, 6], shown: '[1, 2, 3, 4, 5, … 6 in all]' },
])('shows $shown', ({ value, shown }) => {
  expect(shownValue(value)).toBe(shown);
});

it('shows the beginning of what is long', () => {
  expect(shownText('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
  expect(shownNames(new Set(['a', 'b']))).toBe('"a", "b"');
});
