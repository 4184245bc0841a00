import type { RuleCondition } from '../contract/rule';
import type { Segment } from '../contract/segment';
import { compileCondition, isNested, SEGMENT_ATTRIBUTE } from './compile-condition';
import type { CompiledCondition, Compilers, Fault } from './model';

/** Makes a segment ready, or says what is wrong with it. Segments do not name segments, so they cannot go in circles. */
export const compileSegment = (
  { operator, conditions }: Pick<Segment, 'operator' | 'conditions'>,
  compilers: Compilers,
): { compiled: CompiledCondition; faults: readonly Fault[] } => {
  const faults = conditions.flatMap((condition, index) => segmentsIn(condition, ['conditions', index]));
  if (faults.length > 0) {
    return { compiled: { matches: () => false, source: { operator, conditions }, conditions: [] }, faults };
  }
  const compiled = compileCondition({ operator, conditions }, compilers, [], faults);
  return { compiled, faults };
};

const segmentsIn = (condition: RuleCondition, path: readonly PropertyKey[]): Fault[] => {
  if (isNested(condition)) {
    return condition.conditions.flatMap((each, index) => segmentsIn(each, [...path, 'conditions', index]));
  }
  return condition.attribute === SEGMENT_ATTRIBUTE
    ? [{ path: [...path, 'attribute'], code: 'nested_segment', message: 'a segment cannot name segments' }]
    : [];
};
