import * as fc from 'fast-check';
import { compilers } from '../../../shared/composition/compilers';
import { LAYERS } from '../../../shared/contract/explain';
import type { Flag } from '../../../shared/contract/flag';
import { OPERATORS, RULE_OPERATORS, type RuleCondition } from '../../../shared/contract/rule';
import type { PlannedChange } from '../../../shared/contract/schedule';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { explainFlag } from '../../../shared/evaluation/explain-flag';
import type { Attributes, EvaluationContext } from '../../../shared/evaluation/model';
import { aQuestion, aRule, GENERATION, NOW_MS } from './a-flag';
import { anyFlags, contexts, overrides, percentages, soundFlags } from './arbitraries';

const conditions: fc.Arbitrary<RuleCondition> = fc.letrec<{ any: RuleCondition }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      attribute: fc.constantFrom('country', 'userId', 'groups', 'plan.seats', 'segment', 'now', 'client'),
      operator: fc.constantFrom(...OPERATORS),
      value: fc.constantFrom('DE', ['DE', 'adults'], 3, true, '2020-01-01', '1.2.3'),
    }),
    fc.record({
      operator: fc.constantFrom(...RULE_OPERATORS),
      conditions: fc.array(tie('any'), { minLength: 1, maxLength: 4 }),
      enabled: fc.boolean(),
    }),
  ),
})).any;

const at = (ms: number): string => new Date(NOW_MS + ms).toISOString();

const targeted = {
  rules: fc.array(
    fc.record({
      operator: fc.constantFrom(...RULE_OPERATORS),
      conditions: fc.array(conditions, { minLength: 1, maxLength: 3 }),
      enabled: fc.boolean(),
      serve: fc.record({ percentage: percentages }),
    }),
    { maxLength: 3 },
  ),
  groups: fc.constantFrom<string[][]>([], [], ['beta']),
  variantWeights: fc.constantFrom<Flag['variantWeights'][]>(null, { on: 20, off: 80 }, { on: 100 }),
};

const targetedFlags: fc.Arbitrary<Flag> = fc
  .tuple(fc.oneof(soundFlags, anyFlags), fc.record(targeted))
  .map(([flag, { rules, ...fields }]) => ({
    ...flag,
    ...fields,
    rules: rules.map((rule, index) => aRule({ ...rule, id: `r${index}` })),
  }));

const known: fc.Arbitrary<Partial<EvaluationContext>> = fc.record({
  country: fc.constantFrom(undefined, 'DE', 'FR'),
  groups: fc.constantFrom<string[][]>([], ['beta'], ['DE']),
  custom: fc.constantFrom<Attributes[]>({}, { age: 20, plan: { seats: 3 } }, { plan: 'x' }),
});

const hasAge: RuleCondition = { attribute: 'age', operator: 'exists', value: true };
const segments = new Map([
  ['adults', compileSegment({ operator: 'AND', conditions: [hasAge] }, compilers).compiled],
]);

const plans: fc.Arbitrary<PlannedChange[]> = fc.array(
  fc
    .record({
      at: fc.constantFrom(at(-10), at(0), at(10)),
      until: fc.constantFrom(undefined, at(-5), at(20)),
      enabled: fc.constantFrom(undefined, true, false),
      rolloutPercentage: fc.option(percentages, { nil: undefined }),
    })
    .map((change) => ({ id: 'planned', ...change })),
  { maxLength: 3 },
);

it('explains what an evaluation gives, by exactly one layer, which is its source', () => {
  let explained = 0;
  fc.assert(
    fc.property(
      targetedFlags,
      plans,
      contexts,
      known,
      fc.array(overrides, { maxLength: 4 }),
      (flag, planned, context, more, theirs) => {
        const { compiled: ready } = compileFlag({ flag, generation: GENERATION, planned }, compilers);
        if (ready === undefined) {
          return;
        }
        explained += 1;
        const question = aQuestion({ ...context, ...more }, { segments });
        const explanation = explainFlag(ready, theirs, question);
        const { result, layers } = explanation;
        expect(result?.source === 'group filter' ? undefined : result).toEqual(
          evaluateFlag(ready, theirs, question),
        );
        expect(layers.filter(({ outcome }) => outcome === 'matched').map(({ layer }) => layer)).toEqual([
          result?.source ?? 'absent',
        ]);
        expect(layers.map(({ layer }) => layer)).toEqual(LAYERS);
        expect(layers.every(({ detail }) => detail !== '' && !/undefined|NaN/.test(detail))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
  expect(explained).toBeGreaterThan(50);
});
