import type { JsonValue } from '../contract/primitives';
import type { Condition, NestedRule, RuleCondition, RuleOperator } from '../contract/rule';
import { compileAttribute } from './attribute';
import type { CompiledCondition, Compilers, Fault, Predicate, Question } from './model';
import { compileOperator, isOperator } from './operators';

/** The attribute that stands for the segments a user is in. */
export const SEGMENT_ATTRIBUTE = 'segment';

/** Deeper rules are not followed, so that nothing stored can exhaust the stack. */
const MAX_DEPTH = 40;

const NEVER: Predicate = () => false;

/** Anything may be stored where a condition should be, or a list of them. */
const isObject = (stored: unknown): boolean => typeof stored === 'object' && stored !== null;
const isList = (stored: unknown): boolean => Array.isArray(stored);
const RULE_OPERATORS: ReadonlySet<unknown> = new Set<RuleOperator>(['AND', 'OR', 'NOT']);

export const isNested = (condition: RuleCondition): condition is NestedRule =>
  isObject(condition) && 'conditions' in condition;

/** The keys that a condition on segments names; undefined where it is on something else. */
export const segmentKeysOf = (condition: RuleCondition): readonly JsonValue[] | undefined =>
  !isNested(condition) && condition.attribute === SEGMENT_ATTRIBUTE && Array.isArray(condition.value)
    ? condition.value
    : undefined;

/** Makes a condition or nested rule ready; what is wrong with it is added to `faults`, with paths below `path`. */
export const compileCondition = (
  condition: RuleCondition,
  compilers: Compilers,
  path: readonly PropertyKey[],
  faults: Fault[],
): CompiledCondition =>
  isNested(condition)
    ? compileNested(condition, compilers, path, faults)
    : { matches: compileSimple(condition, compilers, path, faults), source: condition, conditions: [] };

const compileNested = (
  rule: NestedRule,
  compilers: Compilers,
  path: readonly PropertyKey[],
  faults: Fault[],
): CompiledCondition => {
  const { operator, enabled = true } = rule;
  if (path.length > MAX_DEPTH) {
    faults.push({ path, code: 'too_deep', message: 'the rule is nested too deeply' });
    return { matches: NEVER, source: rule, conditions: [] };
  }
  if (!isList(rule.conditions)) {
    faults.push({ path: [...path, 'conditions'], code: 'invalid_type', message: 'is a list of conditions' });
    return { matches: NEVER, source: rule, conditions: [] };
  }
  if (!RULE_OPERATORS.has(operator)) {
    faults.push({ path: [...path, 'operator'], code: 'unknown_operator', message: 'is AND, OR or NOT' });
    return { matches: NEVER, source: rule, conditions: [] };
  }
  if (rule.conditions.length === 0 && operator !== 'AND') {
    faults.push({
      path: [...path, 'conditions'],
      code: 'too_small',
      message: `${operator} needs a condition`,
    });
  }
  const conditions = rule.conditions.map((condition, index) =>
    compileCondition(condition, compilers, [...path, 'conditions', index], faults),
  );
  const predicates = conditions.map(({ matches }) => matches);
  return { matches: enabled ? combined(operator, predicates) : NEVER, source: rule, conditions };
};

const combined = (operator: NestedRule['operator'], predicates: readonly Predicate[]): Predicate => {
  const [only] = predicates;
  if (predicates.length === 1 && only !== undefined) {
    return operator === 'NOT' ? (question) => !only(question) : only;
  }
  switch (operator) {
    case 'AND':
      return (question) => {
        for (const matches of predicates) {
          if (!matches(question)) {
            return false;
          }
        }
        return true;
      };
    case 'OR':
      return (question) => predicates.some((matches) => matches(question));
    case 'NOT':
      return (question) => !predicates.some((matches) => matches(question));
  }
};

const compileSimple = (
  condition: Condition,
  compilers: Compilers,
  path: readonly PropertyKey[],
  faults: Fault[],
): Predicate => {
  const fault = (field: keyof Condition, code: string, message: string): Predicate => {
    faults.push({ path: [...path, field], code, message });
    return NEVER;
  };
  if (!isObject(condition)) {
    faults.push({ path, code: 'invalid_type', message: 'is a condition, or a rule of conditions' });
    return NEVER;
  }
  const { attribute, operator, value } = condition;
  if (!isOperator(operator)) {
    return fault('operator', 'unknown_operator', 'there is no such operator');
  }
  if (attribute === SEGMENT_ATTRIBUTE) {
    return compileSegment(condition, fault);
  }
  const read = compileAttribute(attribute);
  if (read === undefined) {
    return fault('attribute', 'invalid_attribute', 'an attribute is a name, or names joined by dots');
  }
  if (attribute === 'now' && operator !== 'before' && operator !== 'after') {
    return fault('operator', 'invalid_operator', '"now" is compared with before and after');
  }
  const test = compileOperator(operator, value, compilers);
  return typeof test === 'string'
    ? fault(
        'value',
        operator === 'matches' ? 'invalid_pattern' : 'invalid_value',
        `the value of ${operator} ${test}`,
      )
    : (question) => test(read(question));
};

const compileSegment = (
  { operator, value }: Condition,
  fault: (field: keyof Condition, code: string, message: string) => Predicate,
): Predicate => {
  if (operator !== 'in' && operator !== 'notIn') {
    return fault('operator', 'invalid_operator', 'segments are asked with in and notIn');
  }
  if (!Array.isArray(value) || value.length > 100 || !value.every((key) => typeof key === 'string')) {
    return fault('value', 'invalid_value', 'is a list of at most 100 segment keys');
  }
  const keys: readonly string[] = value;
  const isIn: Predicate = (question) => keys.some((key) => isInSegment(key, question));
  return operator === 'in' ? isIn : (question) => !isIn(question);
};

const isInSegment = (key: string, question: Question): boolean => {
  const asked = (question.isIn ??= new Map<string, boolean>());
  const known = asked.get(key);
  if (known !== undefined) {
    return known;
  }
  const found = question.segments.get(key)?.matches(question) ?? false;
  asked.set(key, found);
  return found;
};
