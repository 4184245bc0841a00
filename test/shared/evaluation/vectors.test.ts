import { OPERATORS } from '../../../shared/contract/rule';
import { FlagSchema } from '../../../shared/contract/flag';
import { PlannedChangeSchema } from '../../../shared/contract/schedule';
import { compilers } from '../../../shared/composition/compilers';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { aFlag, aQuestion, evaluate } from './a-flag';
import {
  type ConditionVector,
  readAttributeVectors,
  readOperatorVectors,
  readVectors,
  type Vector,
} from './read-vectors';

const segmentsOf = ({ segments }: Vector) =>
  new Map(
    Object.entries(segments).map(([key, segment]) => [key, compileSegment(segment, compilers)] as const),
  );

const questionOf = (vector: Vector) =>
  aQuestion(vector.context, {
    nowMs: vector.nowMs,
    segments: new Map([...segmentsOf(vector)].map(([key, { compiled }]) => [key, compiled])),
  });

describe.each(readVectors())('vectors of $file', ({ vectors }) => {
  it.each(vectors)('$name', (vector) => {
    const { compiled } = compileFlag(vector, compilers);
    const evaluation = compiled && evaluateFlag(compiled, vector.overrides, questionOf(vector));

    if (vector.expected === undefined) {
      expect(evaluation).toBeUndefined();
    } else {
      expect(evaluation).toMatchObject(vector.expected);
    }
  });

  it('hold flags, planned changes and segments of the stored form only, under names that tell them apart', () => {
    expect(vectors.filter(({ flag }) => !FlagSchema.safeParse(flag).success)).toEqual([]);
    expect(
      vectors.flatMap((vector) => [...segmentsOf(vector).values()].flatMap(({ faults }) => faults)),
    ).toEqual([]);
    expect(vectors.filter(({ planned }) => !PlannedChangeSchema.array().safeParse(planned).success)).toEqual(
      [],
    );
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });
});

/** Whether the only rule of a public flag, which is that condition alone, matches the caller. */
const holds = ({ condition, context, nowMs }: ConditionVector): boolean => {
  const rule = { name: null, description: null, operator: 'AND' as const, enabled: true, serve: {} };
  const rules = [{ ...rule, id: 'only', conditions: [condition] }];
  const flag = aFlag({ visibility: 'public', rolloutPercentage: 0, rules });
  const evaluation = evaluate(flag, [], aQuestion(context, { nowMs }));
  expect(evaluation).toBeDefined();
  return evaluation?.source === 'rule';
};

describe('vectors of operators.json', () => {
  const vectors = readOperatorVectors();

  it.each(vectors)('$name', (vector) => {
    expect(holds(vector)).toBe(vector.holds);
  });

  it.each(OPERATORS)('have attributes for which %s holds, and others', (operator) => {
    const ofOperator = vectors.filter(({ condition }) => condition.operator === operator);
    expect(new Set(ofOperator.map((vector) => vector.holds))).toEqual(new Set([true, false]));
  });
});

describe('vectors of attributes.json', () => {
  it.each(readAttributeVectors())('$name', (vector) => {
    expect(holds(vector)).toBe(vector.holds);
  });
});
