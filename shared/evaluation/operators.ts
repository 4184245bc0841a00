import type { JsonValue } from '../contract/primitives';
import type { Operator } from '../contract/rule';
import { jsonEquals } from './json-equals';
import type { Compilers } from './model';
import { momentOf } from './moment';

/** Judges an attribute; undefined or null is one that is missing. */
type Test = (actual: JsonValue | undefined) => boolean;

/** Makes a test of a condition's value, or says what the value has to be. */
type Compile = (value: JsonValue, compilers: Compilers) => Test | string;

/** Code units of a text that a pattern is tried on; longer ones match none. */
const MAX_MATCHED_TEXT = 1_024;
const MAX_PATTERN = 512;
const MAX_LIST = 1_000;

const DECIMAL = /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,3})?$/i;

/** A number, or a text that spells one in ASCII: identity providers know texts only. */
const numberOf = (value: JsonValue | undefined): number | undefined => {
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const isScalar = (value: JsonValue): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

const ordered =
  (isRight: (actual: number, expected: number) => boolean): Compile =>
  (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return 'is a number';
    }
    return (actual) => {
      const number = numberOf(actual);
      return number !== undefined && isRight(number, value);
    };
  };

const timed =
  (isRight: (actual: number, expected: number) => boolean): Compile =>
  (value) => {
    const expected = momentOf(value);
    if (expected === undefined) {
      return 'is a time in ISO 8601 with "Z" or an offset, or a date';
    }
    return (actual) => {
      const moment = momentOf(actual);
      return moment !== undefined && isRight(moment, expected);
    };
  };

const versioned =
  (isRight: (comparison: number) => boolean): Compile =>
  (value, { compileVersion }) => {
    const compare = typeof value === 'string' ? compileVersion(value) : undefined;
    if (compare === undefined) {
      return 'is a semantic version, as 1.2.3 or 1.2.3-beta.1';
    }
    return (actual) => {
      const comparison = typeof actual === 'string' ? compare(actual) : undefined;
      return comparison !== undefined && isRight(comparison);
    };
  };

const textual =
  (isRight: (actual: string, expected: string) => boolean): Compile =>
  (value) =>
    typeof value === 'string' && value !== ''
      ? (actual) => typeof actual === 'string' && isRight(actual, value)
      : 'is a text, not empty';

const equals: Compile = (value) => {
  if (value === null) {
    return 'is not null: ask with "exists"';
  }
  return isScalar(value)
    ? (actual) => actual === value
    : (actual) => actual !== undefined && jsonEquals(actual, value);
};

const contains: Compile = (value) =>
  isScalar(value) && value !== ''
    ? (actual) =>
        Array.isArray(actual)
          ? actual.includes(value)
          : typeof actual === 'string' && typeof value === 'string' && actual.includes(value)
    : 'is a text, not empty, a number, true or false';

const isIn: Compile = (value) => {
  if (!Array.isArray(value) || value.length > MAX_LIST || !value.every(isScalar)) {
    return `is a list of at most ${MAX_LIST} texts, numbers, true or false`;
  }
  const members = new Set<JsonValue | undefined>(value);
  return (actual) => (Array.isArray(actual) ? actual.some((each) => members.has(each)) : members.has(actual));
};

const matches: Compile = (value, { compilePattern }) => {
  if (typeof value !== 'string' || value === '' || value.length > MAX_PATTERN) {
    return `is a regular expression of 1 to ${MAX_PATTERN} characters`;
  }
  try {
    const test = compilePattern(value);
    return (actual) => typeof actual === 'string' && actual.length <= MAX_MATCHED_TEXT && test(actual);
  } catch (error) {
    return `is a regular expression in RE2 syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const exists: Compile = (value) =>
  typeof value === 'boolean'
    ? (actual) => (actual !== undefined && actual !== null) === value
    : 'is true or false';

const POSITIVE = {
  equals,
  contains,
  matches,
  in: isIn,
  greaterThan: ordered((actual, expected) => actual > expected),
  greaterThanOrEqual: ordered((actual, expected) => actual >= expected),
  lessThan: ordered((actual, expected) => actual < expected),
  lessThanOrEqual: ordered((actual, expected) => actual <= expected),
  before: timed((actual, expected) => actual < expected),
  after: timed((actual, expected) => actual > expected),
  startsWith: textual((actual, expected) => actual.startsWith(expected)),
  endsWith: textual((actual, expected) => actual.endsWith(expected)),
  exists,
  semverEquals: versioned((comparison) => comparison === 0),
  semverGreaterThan: versioned((comparison) => comparison > 0),
  semverLessThan: versioned((comparison) => comparison < 0),
} as const;
type PositiveOperator = keyof typeof POSITIVE;

const OPPOSITE = {
  notEquals: 'equals',
  notContains: 'contains',
  notIn: 'in',
} as const satisfies Record<Exclude<Operator, PositiveOperator>, PositiveOperator>;

export const isOperator = (operator: unknown): operator is Operator =>
  typeof operator === 'string' && (Object.hasOwn(POSITIVE, operator) || Object.hasOwn(OPPOSITE, operator));

/**
 * What an operator asks of an attribute, or what its value has to be. A positive operator is false for an attribute
 * that is missing or of another kind, so its opposite is true there.
 */
export const compileOperator = (
  operator: Operator,
  value: JsonValue,
  compilers: Compilers,
): Test | string => {
  const isOpposite = operator in OPPOSITE;
  const positive = isOpposite ? OPPOSITE[operator as keyof typeof OPPOSITE] : (operator as PositiveOperator);
  const test = POSITIVE[positive](value, compilers);
  return typeof test === 'string' || !isOpposite ? test : (actual) => !test(actual);
};
