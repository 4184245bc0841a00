import * as fc from 'fast-check';
import { compilers } from '../../../shared/composition/compilers';
import type { Flag } from '../../../shared/contract/flag';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { fitsType } from '../../../shared/evaluation/fits-type';
import type {
  CompiledFlag,
  Evaluation,
  EvaluationContext,
  StoredFlag,
  UserFlagOverride,
} from '../../../shared/evaluation/model';
import { aQuestion, GENERATION, NOW_MS } from './a-flag';
import { anyFlags, overrides, percentages, soundFlags } from './arbitraries';
import { knownContexts, plannedChanges, rules, segments, steps } from './rule-arbitraries';

type Segments = Record<string, Parameters<typeof compileSegment>[0]>;

interface Asked {
  readonly context: EvaluationContext;
  readonly segments: Segments;
  readonly overrides: readonly UserFlagOverride[];
  readonly nowMs: number;
}

const names = (...of: string[]) => fc.array(fc.constantFrom(...of), { maxLength: 2 });

const weights = percentages.map((on) => ({ on, off: Math.round((100 - on) * 1000) / 1000 }));

const wholeFlags = (flags: fc.Arbitrary<Flag>): fc.Arbitrary<StoredFlag> =>
  fc
    .record({
      flag: flags,
      more: fc.record(
        {
          rules: fc.array(rules, { maxLength: 3 }),
          groups: names('beta', 'staff', 'x'),
          userTypes: names('a', 'ab'),
          subscriptionTiers: names('premium', 'a'),
          variantWeights: fc.option(weights),
        },
        { requiredKeys: [] },
      ),
      planned: fc.array(plannedChanges, { maxLength: 3 }),
    })
    .map(({ flag, more, planned }) => ({ flag: { ...flag, ...more }, generation: GENERATION, planned }));

const asked: fc.Arbitrary<Asked> = fc.record({
  context: knownContexts,
  segments,
  overrides: fc.array(
    fc
      .tuple(overrides, fc.constantFrom(undefined, 'phone-1', 'phone-2'))
      .map(([override, deviceId]) => ({ ...override, deviceId })),
    { maxLength: 4 },
  ),
  nowMs: fc.integer({ min: NOW_MS - 6, max: NOW_MS + 6 }),
});

const evaluated = (
  flag: CompiledFlag | undefined,
  { context, segments: known, overrides: theirs, nowMs }: Asked,
): Evaluation | undefined => {
  const compiled = Object.entries(known).map(
    ([key, segment]) => [key, compileSegment(segment, compilers).compiled] as const,
  );
  return flag && evaluateFlag(flag, theirs, aQuestion(context, { nowMs, segments: new Map(compiled) }));
};

const compiled = (stored: StoredFlag): CompiledFlag | undefined => compileFlag(stored, compilers).compiled;

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const many = { numRuns: 200 };

it('compiles every flag that makes sense', () => {
  fc.assert(
    fc.property(wholeFlags(soundFlags), (stored) => {
      expect(compileFlag(stored, compilers).faults).toEqual([]);
    }),
  );
});

it('gives a value of the type of the flag, with the name of the variant that has it, or nothing', () => {
  fc.assert(
    fc.property(wholeFlags(fc.oneof(soundFlags, anyFlags)), asked, (stored, by) => {
      const evaluation = evaluated(compiled(stored), by);
      const { type, variants } = stored.flag;
      if (evaluation !== undefined) {
        expect(fitsType(type, evaluation.value)).toBe(true);
        expect([evaluation.value]).toEqual([variants[evaluation.variant ?? ''] ?? evaluation.value]);
        expect(evaluation.variant === null || Object.hasOwn(variants, evaluation.variant)).toBe(true);
      }
    }),
    many,
  );
});

it('gives the same again, whatever has been asked in between', () => {
  fc.assert(
    fc.property(wholeFlags(soundFlags), asked, asked, (stored, by, others) => {
      const flag = compiled(stored);
      const first = evaluated(flag, by);
      evaluated(flag, others);
      expect(evaluated(flag, by)).toEqual(first);
      expect(evaluated(compiled(stored), by)).toEqual(first);
    }),
    many,
  );
});

it('gives the same after everything went through JSON', () => {
  fc.assert(
    fc.property(wholeFlags(soundFlags), asked, (stored, by) => {
      expect(evaluated(compiled(throughJson(stored)), throughJson(by))).toEqual(
        evaluated(compiled(stored), by),
      );
    }),
    many,
  );
});

it('leaves what it is given as it is', () => {
  fc.assert(
    fc.property(wholeFlags(soundFlags), asked, (stored, by) => {
      const before = structuredClone({ stored, by });
      evaluated(compiled(stored), by);
      expect({ stored, by }).toEqual(before);
    }),
  );
});

it('gives what the written flag gives once a planned change has come', () => {
  fc.assert(
    fc.property(wholeFlags(soundFlags), fc.array(steps, { maxLength: 3 }), asked, ({ flag }, planned, by) => {
      const due = planned
        .filter(({ at }) => Date.parse(at) <= by.nowMs)
        .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
      const written = due.reduce<Flag>(
        (before, { id: _, at: __, ...change }) => ({
          ...before,
          ...change,
          ...(change.rolloutPercentage !== undefined && { variantWeights: null }),
        }),
        flag,
      );
      const asPlanned = evaluated(compiled({ flag, generation: GENERATION, planned }), by);
      const asWritten = evaluated(compiled({ flag: written, generation: GENERATION }), by);

      expect(asPlanned?.value).toEqual(asWritten?.value);
      expect(asPlanned?.variant).toBe(asWritten?.variant);
      expect(asPlanned?.reason).toBe(asWritten?.reason);
      expect(asPlanned?.ruleId).toBe(asWritten?.ruleId);
    }),
    many,
  );
});
