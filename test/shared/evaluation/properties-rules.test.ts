import * as fc from 'fast-check';
import { compilers } from '../../../shared/composition/compilers';
import type { JsonValue } from '../../../shared/contract/primitives';
import {
  RuleConditionSchema,
  RuleRequestSchema,
  type NestedRule,
  type RuleCondition,
} from '../../../shared/contract/rule';
import { compileCondition } from '../../../shared/evaluation/compile-condition';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import type { Fault, Question } from '../../../shared/evaluation/model';
import { aFlag, aQuestion, evaluate, NOW_MS } from './a-flag';
import { userIds } from './arbitraries';
import { conditions, conditionsWith, knownContexts, rules, segments } from './rule-arbitraries';

const questions: fc.Arbitrary<Question> = fc
  .tuple(knownContexts, segments, fc.integer({ min: NOW_MS - 2, max: NOW_MS + 2 }))
  .map(([context, known, nowMs]) =>
    aQuestion(context, {
      nowMs,
      segments: new Map(
        Object.entries(known).map(([key, segment]) => [key, compileSegment(segment, compilers).compiled]),
      ),
    }),
  );

const compiled = (condition: RuleCondition) => {
  const faults: Fault[] = [];
  const { matches } = compileCondition(condition, compilers, [], faults);
  return { matches, faults };
};

const matches = (condition: RuleCondition, question: Question): boolean =>
  compiled(condition).matches(question);

const all = (...of: RuleCondition[]): NestedRule => ({ operator: 'AND', conditions: of });
const any = (...of: RuleCondition[]): NestedRule => ({ operator: 'OR', conditions: of });
const none = (...of: RuleCondition[]): NestedRule => ({ operator: 'NOT', conditions: of });

/** Two rules that match the same callers, whatever a, b and c are. */
const LAWS: Record<
  string,
  (a: RuleCondition, b: RuleCondition, c: RuleCondition) => [NestedRule, NestedRule]
> = {
  'NOT of several is AND of their NOTs': (a, b, c) => [none(a, b, c), all(none(a), none(b), none(c))],
  'NOT of AND is OR of the NOTs': (a, b) => [none(all(a, b)), any(none(a), none(b))],
  'NOT of OR is NOT of them all': (a, b) => [none(any(a, b)), none(a, b)],
  'NOT of NOT is the thing itself': (a) => [none(none(a)), all(a)],
  'AND of one is OR of one': (a) => [all(a), any(a)],
  'AND does not mind the order': (a, b, c) => [all(a, b, c), all(c, a, b)],
  'OR does not mind the order': (a, b, c) => [any(a, b, c), any(c, a, b)],
  'AND does not mind nesting': (a, b, c) => [all(a, all(b, c)), all(a, b, c)],
  'OR does not mind nesting': (a, b, c) => [any(a, any(b, c)), any(a, b, c)],
  'AND does not mind repetition': (a, b) => [all(a, b, a), all(a, b)],
  'an empty AND changes no AND': (a) => [all(a, all()), all(a)],
  'an empty AND makes every OR match': (a) => [any(a, all()), all()],
  'AND goes into OR': (a, b, c) => [all(a, any(b, c)), any(all(a, b), all(a, c))],
  'OR goes into AND': (a, b, c) => [any(a, all(b, c)), all(any(a, b), any(a, c))],
  'a condition and its NOT leave nobody out': (a) => [any(a, none(a)), all()],
};

it.each(Object.keys(LAWS))('%s', (law) => {
  fc.assert(
    fc.property(questions, conditions, conditions, conditions, (question, a, b, c) => {
      const [one, other] = LAWS[law]!(a, b, c);
      expect(matches(one, question)).toBe(matches(other, question));
    }),
  );
});

it.each([
  ['notEquals', 'equals'],
  ['notContains', 'contains'],
  ['notIn', 'in'],
] as const)('has %s true exactly where %s is false', (opposite, operator) => {
  fc.assert(
    fc.property(questions, conditionsWith(operator), (question, condition) => {
      expect(matches({ ...condition, operator: opposite }, question)).toBe(!matches(condition, question));
    }),
  );
});

it('has notIn of segments true exactly where in is false', () => {
  const keys = fc.array(fc.constantFrom('testers', 'staff', 'gone'), { maxLength: 3 });
  fc.assert(
    fc.property(questions, keys, (question, value) => {
      const on = { attribute: 'segment', value };
      expect(matches({ ...on, operator: 'notIn' }, question)).toBe(
        !matches({ ...on, operator: 'in' }, question),
      );
    }),
  );
});

it('has a condition on a segment true exactly where the segment matches', () => {
  fc.assert(
    fc.property(questions, (question) => {
      for (const [key, segment] of question.segments) {
        expect(matches({ attribute: 'segment', operator: 'in', value: [key] }, question)).toBe(
          segment.matches(question),
        );
      }
    }),
  );
});

it('passes over a rule that is not enabled as if it were left out', () => {
  fc.assert(
    fc.property(
      questions,
      fc.array(rules, { maxLength: 4 }),
      fc.nat(4),
      rules,
      (question, others, position, rule) => {
        const disabled = others.toSpliced(position, 0, { ...rule, enabled: false });
        expect(evaluate(aFlag({ rules: disabled }), [], question)).toEqual(
          evaluate(aFlag({ rules: others }), [], question),
        );
      },
    ),
  );
});

it('lets no rule decide behind the first that matches', () => {
  fc.assert(
    fc.property(questions, fc.array(rules, { maxLength: 3 }), rules, (question, others, rule) => {
      const evaluation = evaluate(aFlag({ rules: others, visibility: 'public' }), [], question);
      if (evaluation?.source === 'rule') {
        expect(evaluate(aFlag({ rules: [...others, rule], visibility: 'public' }), [], question)).toEqual(
          evaluation,
        );
      }
    }),
  );
});

it('never takes a user out of a rule by a higher percentage', () => {
  fc.assert(
    fc.property(userIds, fc.tuple(fc.nat(100_000), fc.nat(100_000)), (userId, thousandths) => {
      const [lower, higher] = thousandths.toSorted((a, b) => a - b).map((each) => each / 1000);
      const isOn = (percentage = 0) => {
        const always = {
          operator: 'AND' as const,
          conditions: [],
          enabled: true,
          name: null,
          description: null,
        };
        const flag = aFlag({ rules: [{ ...always, id: 'r', serve: { percentage } }] });
        return evaluate(flag, [], aQuestion({ ...aQuestion().context, userId }))?.value;
      };
      expect(isOn(lower) === true && isOn(higher) === false).toBe(false);
    }),
  );
});

it('accepts every condition that these properties are about', () => {
  fc.assert(
    fc.property(conditions, (condition) => {
      expect(RuleConditionSchema.safeParse(condition).success).toBe(true);
      expect(compiled(condition).faults).toEqual([]);
    }),
  );
});

const anyJson = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const looseConditions = fc.record({
  attribute: fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('now', 'segment', 'email', 'plan.seats')),
  operator: conditions.map((condition) => condition.operator),
  value: fc.oneof(anyJson, fc.string(), fc.array(fc.string())),
});

it('evaluates without throwing whatever the schema and the compiler accept', () => {
  const requests = fc.record({
    conditions: fc.array(fc.oneof(looseConditions, conditions, anyJson), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(questions, requests, (question, request) => {
      const parsed = RuleRequestSchema.safeParse(request);
      if (parsed.success) {
        const { matches: accepted, faults } = compiled(parsed.data);
        expect(faults.length > 0 || typeof accepted(question) === 'boolean').toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
