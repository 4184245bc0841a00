import type { JsonValue } from '../contract/primitives';
import {
  type Condition,
  MAX_CONDITIONS,
  MAX_PATTERNS,
  MAX_RULE_DEPTH,
  MAX_RULE_LEVELS,
  type RuleCondition,
} from '../contract/rule';
import { isNested, segmentKeysOf } from '../evaluation/compile-condition';
import type { Compilers, Fault } from '../evaluation/model';

/** A single pattern that is larger is refused when it is compiled, by a more exact measure. */
const LARGEST_PATTERN = 520;
/**
 * Instructions of all patterns together: each match is bounded by the size of its pattern, so this bounds what all
 * matches of a flag can cost somebody who sends the texts.
 */
const MAX_PATTERN_INSTRUCTIONS = 2 * LARGEST_PATTERN;
/** The same of all segments of an environment: a single condition may ask for a hundred of them. */
export const MAX_SEGMENT_PATTERN_INSTRUCTIONS = 10 * MAX_PATTERN_INSTRUCTIONS;

interface Place {
  readonly condition: RuleCondition;
  readonly path: readonly PropertyKey[];
  /** How many rules it is in. */
  readonly depth: number;
}

/** Rules at `path`, and everything nested in them; below the greatest depth nothing is followed. */
const placesIn = (
  conditions: readonly RuleCondition[],
  path: readonly PropertyKey[],
  depth: number,
): Place[] =>
  conditions.flatMap((condition, index) => {
    const here: Place = { condition, path: [...path, index], depth };
    return isNested(condition) && depth < MAX_RULE_DEPTH
      ? [here, ...placesIn(condition.conditions, [...here.path, 'conditions'], depth + 1)]
      : [here];
  });

const tooMany = (
  path: readonly PropertyKey[],
  found: number,
  most: number,
  what: string,
  where: string,
): Fault[] =>
  found <= most
    ? []
    : [
        {
          path,
          code: `too_many_${what}`,
          message: `at most ${most} ${what.replace('_', ' ')} are possible in ${where}, these are ${found}`,
        },
      ];

/** Objects and lists in each other. */
const levelsOf = (value: JsonValue): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((most, each) => Math.max(most, levelsOf(each)), 0)
    : 0;

/** That a value makes its rule too deep, whose condition is `levels` deep in that rule. */
const valueFaults = (value: JsonValue, path: readonly PropertyKey[], levels: number): Fault[] => {
  const found = levels + levelsOf(value);
  const message = `a rule is at most ${MAX_RULE_LEVELS} levels of JSON deep, this value makes it ${found}`;
  return found <= MAX_RULE_LEVELS ? [] : [{ path, code: 'too_deep', message }];
};

const patternsOf = (conditions: readonly Condition[]): Condition[] =>
  conditions.filter(({ operator }) => operator === 'matches');

const instructionsOf = (patterns: readonly Condition[], patternSize: Compilers['patternSize']): number =>
  patterns.reduce(
    (sum, { value }) => sum + (typeof value === 'string' ? Math.min(LARGEST_PATTERN, patternSize(value)) : 0),
    0,
  );

/** About how many instructions all patterns of these conditions have together. */
export const patternInstructionsIn = (
  conditions: readonly RuleCondition[],
  { patternSize }: Pick<Compilers, 'patternSize'>,
): number => {
  const simple = placesIn(conditions, [], 0).map(({ condition }) => condition);
  return instructionsOf(patternsOf(simple.filter((condition) => !isNested(condition))), patternSize);
};

/**
 * What is too much in the rules of a flag or in the conditions of a segment, which stand at `path` in `depth` rules;
 * and ids that two rules share.
 */
export const ruleFaults = (
  conditions: readonly RuleCondition[],
  path: readonly PropertyKey[],
  depth: 0 | 1,
  { patternSize }: Pick<Compilers, 'patternSize'>,
): Fault[] => {
  const places = placesIn(conditions, path, depth);
  const simple = places.map(({ condition }) => condition).filter((condition) => !isNested(condition));
  const where = depth === 0 ? 'all rules of the flag' : 'a segment';
  const patterns = patternsOf(simple);
  const instructions = instructionsOf(patterns, patternSize);
  const seen = new Set<string | undefined>();
  const nested = places.flatMap(({ condition, path: here, depth: outer }): Fault[] => {
    if (!isNested(condition)) {
      return valueFaults(condition.value, [...here, 'value'], here.length - path.length + 2 * depth);
    }
    if (outer >= MAX_RULE_DEPTH) {
      const message = `rules are nested at most ${MAX_RULE_DEPTH} deep, the outermost counted`;
      return [{ path: here, code: 'too_deep', message }];
    }
    const { id } = condition;
    const isTaken = id !== undefined && seen.has(id);
    seen.add(id);
    return isTaken
      ? [{ path: [...here, 'id'], code: 'duplicate_id', message: `another rule has the id "${id}"` }]
      : [];
  });
  return [
    ...nested,
    ...tooMany(path, simple.length, MAX_CONDITIONS, 'conditions', where),
    ...tooMany(path, patterns.length, MAX_PATTERNS, 'matches', where),
    ...tooMany(path, instructions, MAX_PATTERN_INSTRUCTIONS, 'pattern_instructions', where),
  ];
};

/** The segments that rules name, with the places of their names. */
export const segmentsNamedIn = (
  rules: readonly RuleCondition[],
  path: readonly PropertyKey[],
): { key: string; path: readonly PropertyKey[] }[] =>
  placesIn(rules, path, 0).flatMap(({ condition, path: here }) =>
    (segmentKeysOf(condition) ?? []).flatMap((key, index) =>
      typeof key === 'string' ? [{ key, path: [...here, 'value', index] }] : [],
    ),
  );
