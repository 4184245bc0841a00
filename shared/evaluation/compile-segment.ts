import type { RuleCondition } from '../contract/rule';
import type { Segment } from '../contract/segment';
import { compileCondition, isNested, SEGMENT_ATTRIBUTE } from './compile-condition';
import type { CompiledCondition, Compilers, Fault } from './model';
import { withoutThrowing } from './without-throwing';

const NOBODY: CompiledCondition = {
  matches: () => false,
  source: { operator: 'OR', conditions: [] },
  conditions: [],
};

/**
 * Makes a segment ready, or says what is wrong with it; then it has nobody in it. Segments do not name segments, so
 * they cannot go in circles.
 */
export const compileSegment = (
  segment: Pick<Segment, 'operator' | 'conditions'>,
  compilers: Compilers,
): { compiled: CompiledCondition; faults: readonly Fault[] } => {
  const faults: Fault[] = [];
  const compiled = withoutThrowing(faults, () => {
    const { operator, conditions } = segment;
    const condition = compileCondition({ operator, conditions }, compilers, [], faults);
    if (faults.length === 0) {
      faults.push(...conditions.flatMap((each, index) => segmentsIn(each, ['conditions', index])));
    }
    return condition;
  });
  return { compiled: faults.length === 0 && compiled !== undefined ? compiled : NOBODY, faults };
};

const segmentsIn = (condition: RuleCondition, path: readonly PropertyKey[]): Fault[] => {
  if (isNested(condition)) {
    return condition.conditions.flatMap((each, index) => segmentsIn(each, [...path, 'conditions', index]));
  }
  return condition.attribute === SEGMENT_ATTRIBUTE
    ? [{ path: [...path, 'attribute'], code: 'nested_segment', message: 'a segment cannot name segments' }]
    : [];
};
