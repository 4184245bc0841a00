import type { JsonValue } from '../contract/primitives';
import type { Condition, NestedRule } from '../contract/rule';
import { compileAttribute } from './attribute';
import { isNested, segmentKeysOf } from './compile-condition';
import type { CompiledCondition, Question } from './model';
import { shownMoment, shownText, shownValue } from './shown-value';

/** Segments of one condition that are gone into. */
const MAX_SEGMENTS = 3;

/**
 * Why a condition or rule does not hold for the caller: the first condition that is to blame, by its place (a JSON
 * pointer into the rule), with what it expects and what it met.
 */
export const whyNot = (
  { source, conditions }: CompiledCondition,
  question: Question,
  place: string,
): string => {
  if (!isNested(source)) {
    return `${place}: ${compared(source, question, false)}`;
  }
  if (source.enabled === false) {
    return `${place === '' ? 'it' : place} is not enabled`;
  }
  const { operator } = source;
  const culprit =
    operator === 'OR' ? 0 : conditions.findIndex(({ matches }) => matches(question) === (operator === 'NOT'));
  const condition = conditions[culprit];
  if (condition === undefined) {
    return `${place === '' ? 'it' : place} cannot be evaluated`;
  }
  const at = `${place}/conditions/${culprit}`;
  if (operator === 'NOT') {
    return `${whyItHolds(condition, question, at)}, and must not`;
  }
  const why = whyNot(condition, question, at);
  return operator === 'OR' && conditions.length > 1
    ? `none of ${conditions.length} alternatives holds, beginning with ${why}`
    : why;
};

/** Why a condition or rule holds; of a rule that takes several together, only that it does. */
const whyItHolds = ({ source, conditions }: CompiledCondition, question: Question, place: string): string => {
  if (!isNested(source)) {
    return `${place} holds: ${compared(source, question, true)}`;
  }
  const index = source.operator === 'OR' ? conditions.findIndex(({ matches }) => matches(question)) : -1;
  const condition = conditions[index];
  return condition === undefined
    ? `${place} (${nameOf(source)}) holds`
    : whyItHolds(condition, question, `${place}/conditions/${index}`);
};

const nameOf = ({ name, id, operator }: NestedRule): string =>
  name ?? id ?? `${operator} of several conditions`;

const compared = (condition: Condition, question: Question, holds: boolean): string => {
  const { attribute, operator, value } = condition;
  const expected = `${attribute} ${operator} ${shownValue(value)}`;
  const keys = segmentKeysOf(condition);
  return keys === undefined
    ? `${expected}, ${met(attribute, question)}`
    : `${expected}, ${segments(keys, question, holds === (operator === 'in'))}`;
};

const met = (attribute: string, question: Question): string => {
  const actual = compileAttribute(attribute)?.(question);
  if (actual === undefined || actual === null) {
    return 'and there is none';
  }
  return `and it is ${attribute === 'now' ? shownMoment(question.nowMs) : shownValue(actual)}`;
};

const segments = (keys: readonly JsonValue[], question: Question, isInOne: boolean): string => {
  const known = keys
    .filter((key) => typeof key === 'string')
    .map((key) => ({ key, segment: question.segments.get(key) }));
  if (isInOne) {
    const theirs = known.find(({ segment }) => segment?.matches(question));
    return `and the caller is in ${shownText(theirs?.key ?? '')}`;
  }
  const reasons = known
    .slice(0, MAX_SEGMENTS)
    .map(({ key, segment }) =>
      segment === undefined
        ? `there is no segment ${shownText(key)}`
        : `not in ${shownText(key)}: ${whyNot(segment, question, '')}`,
    );
  const more = known.length > MAX_SEGMENTS ? [`nor in the other ${known.length - MAX_SEGMENTS}`] : [];
  return `and the caller is in none (${[...reasons, ...more].join('; ')})`;
};
