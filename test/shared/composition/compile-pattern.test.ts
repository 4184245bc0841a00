import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern } from '../../../shared/composition/compile-pattern';
import { writtenOutSize } from '../../../shared/composition/pattern-size';

const filled = (part: string): string => part.repeat(Math.floor(512 / part.length));

it.each([
  { pattern: filled('x'), what: 'the longest text' },
  { pattern: filled('user-1234567890|'), what: 'a long list' },
  { pattern: '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$', what: 'a UUID' },
  { pattern: '^[^@\\s]+@([a-z0-9-]+\\.)+(com|org|net)$', what: 'an address' },
  { pattern: '(?i)^[\\p{L}\\p{N} .-]{1,64}$', what: 'a name' },
  { pattern: '(a*)*(b|b)*c', what: 'stars of stars' },
  { pattern: '(.*)(.*)(.*)(.*)(.*)(.*)(.*)z', what: 'stars in a row' },
  { pattern: '(x+x+)+y', what: 'what stalls an engine that goes back' },
  { pattern: '\\Qa{1000}\\E', what: 'braces that are quoted' },
  { pattern: '[{1000}]\\{1000}', what: 'braces that count nothing' },
])('accepts $what', ({ pattern }) => {
  expect(compilePattern(pattern)).toBeInstanceOf(Function);
});

const TOO_LARGE = 'it is too large once its repetitions are written out';
const TOO_MANY_CLASSES = 'it has more than 20 classes of Unicode';

it.each([
  { what: 'nested counts', pattern: '((a|b|c|d){500}){2}', message: TOO_LARGE },
  { what: 'counted alternatives', pattern: '(a|b|c|d){900}', message: TOO_LARGE },
  { what: 'counted classes of Unicode', pattern: '\\p{L}{900}$', message: TOO_LARGE },
  { what: 'counts in counts', pattern: '(?:[ab]{1,30}){30}', message: TOO_LARGE },
  { what: 'counts three deep', pattern: '(?:(?:a{10}){10}){10}', message: TOO_LARGE },
  { what: 'counts without an end', pattern: '([ab]{300,})|(c{300,})', message: TOO_LARGE },
  { what: 'many counted groups', pattern: filled('(|a){1000}'), message: TOO_LARGE },
  { what: 'many counted dots', pattern: filled('.{0,1000}'), message: TOO_LARGE },
  { what: 'many counted classes', pattern: filled('[]a]{1000}'), message: TOO_LARGE },
  { what: 'many counted named classes', pattern: filled('[[:^alpha:]]{1000}'), message: TOO_LARGE },
  { what: 'many counted escapes', pattern: filled('\\x{41}{1000}'), message: TOO_LARGE },
  { what: 'counted quotations', pattern: filled('(?:\\Qabc\\E){200}'), message: TOO_LARGE },
  { what: 'many classes of Unicode', pattern: filled('\\pL?'), message: TOO_MANY_CLASSES },
  { what: 'a class of many', pattern: `(?i)[${'\\p{Lu}'.repeat(70)}]`, message: TOO_MANY_CLASSES },
])('refuses $what', ({ pattern, message }) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});

it.each(['(', '[a', 'a{2,1}', '(?=a)', '(?<!a)b', '(a)\\1', 'a**', '\\p{Nonsense}', '(?P<x>a)(?P<x>b)'])(
  'refuses %s, as RE2 does',
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow('error parsing regexp');
  },
);

it('knows what is far too large from the text, before anything is written out', () => {
  expect(writtenOutSize(filled('(|a){1000}'))).toBeGreaterThan(100_000);
  expect(writtenOutSize('((a{1000}){1000}){1000}')).toBeGreaterThan(1_000_000_000);
  expect(writtenOutSize('(((((a{9}')).toBe(9);
  expect(writtenOutSize(')))a{9}')).toBeGreaterThan(8);
  expect(writtenOutSize('a{99999999999999999999}')).toBeGreaterThan(1_000_000_000);
});

const characters = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', 'c');
const patterns = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    characters,
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `${one}${other}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,3}'))
      .map(([one, times]) => `(?:${one})${times}`),
  ),
})).pattern;

it('agrees with the expressions of JavaScript on what both know', () => {
  // short, for the sake of JavaScript's engine, which goes back
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '\n'), maxLength: 6 });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      expect(compilePattern(pattern)(text)).toBe(new RegExp(pattern).test(text));
    }),
  );
});

it('gives the same for a long text, which another engine reads', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '-', '\n'),
    minLength: 257,
    maxLength: 400,
  });
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      expect(compilePattern(pattern)(text)).toBe(RE2JS.compile(pattern).test(text));
    }),
  );
});

it('never throws, whatever the text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'é', 'e\u0301', '\u0000'), maxLength: 400 }),
  );
  const matches = compilePattern('(?i)^\\p{L}+|[^\\x00-\\x{10FFFF}]|\\bk$');
  fc.assert(fc.property(texts, (text) => typeof matches(text) === 'boolean'));
});
