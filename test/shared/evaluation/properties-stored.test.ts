import * as fc from 'fast-check';
import { compilers } from '../../../shared/composition/compilers';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { fitsType } from '../../../shared/evaluation/fits-type';
import type { StoredFlag } from '../../../shared/evaluation/model';
import { aQuestion, GENERATION } from './a-flag';
import { soundFlags } from './arbitraries';
import { knownContexts, plannedChanges, rules, segments } from './rule-arbitraries';

const nested = (depth: number): unknown =>
  JSON.parse(`${'{"operator":"AND","conditions":['.repeat(depth)}${']}'.repeat(depth)}`);

/** What JSON can put where it does not belong, and some that no JSON can. */
const garbage = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(undefined, null, 0, -1, Infinity, Number.NaN, '', 'AND', 'toString', '__proto__'),
  fc.constantFrom<unknown>([], {}, [null], [[]], [{}], { length: 3 }, { toString: 1, valueOf: 2 }, [
    nested(100),
  ]),
  fc.constantFrom<unknown>(
    { operator: 'XOR', conditions: [] },
    { conditions: null },
    JSON.parse('{"__proto__":1}'),
  ),
);

type Step = string | number;

const placesIn = (value: unknown, path: Step[] = []): Step[][] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...path, name]))]
    : [path];

const replaced = (value: unknown, [step, ...rest]: readonly Step[], by: unknown): unknown => {
  if (step === undefined) {
    return by;
  }
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<Step, unknown>;
  copy[step] = replaced(copy[step], rest, by);
  return copy;
};

/** Things of that kind in which up to three places have been filled with garbage. */
const spoiled = (things: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(things, fc.array(fc.tuple(fc.nat(), garbage), { minLength: 1, maxLength: 3 }))
    .map(([thing, spots]) =>
      spots.reduce<unknown>((before, [place, by]) => {
        const places = placesIn(before);
        return replaced(before, places[place % places.length] ?? [], by);
      }, thing),
    );

const stored: fc.Arbitrary<StoredFlag> = fc
  .record({
    flag: soundFlags,
    rules: fc.array(rules, { maxLength: 2 }),
    variantWeights: fc.constantFrom(null, { on: 50, off: 50 }),
    planned: fc.array(plannedChanges, { maxLength: 2 }),
  })
  .map(({ flag, planned, ...more }) => ({ flag: { ...flag, ...more }, generation: GENERATION, planned }));

it('never throws for a flag that is spoiled: it has faults, or evaluates to values of its type', () => {
  fc.assert(
    fc.property(spoiled(stored), knownContexts, (flag, context) => {
      const { compiled, faults } = compileFlag(flag as StoredFlag, compilers);
      const evaluation = compiled && evaluateFlag(compiled, [], aQuestion(context));

      expect(compiled === undefined).toBe(faults.length > 0);
      expect(evaluation === undefined || fitsType(compiled!.type, evaluation.value)).toBe(true);
    }),
    { numRuns: 800 },
  );
});

it('never throws for a segment that is spoiled: it has faults and nobody in it, or evaluates', () => {
  const things = segments.map((each) => Object.values(each)[0] ?? { operator: 'AND', conditions: [] });
  fc.assert(
    fc.property(spoiled(things), knownContexts, (segment, context) => {
      const { compiled, faults } = compileSegment(segment as Parameters<typeof compileSegment>[0], compilers);
      const isIn = compiled.matches(aQuestion(context));

      expect(typeof isIn === 'boolean' && !(isIn && faults.length > 0)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
