import type { JsonValue } from '../contract/primitives';
import { subschemas } from './schema-keywords';

type JsonObject = { [key: string]: JsonValue };
type Test = (text: string) => boolean;

const MATCHES_ALL = '';
const MATCHES_NONE = '(?!)';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names of properties, and all texts that are values, in a value. */
const textsOf = (value: JsonValue, names: Set<string>, texts: Set<string>): void => {
  if (typeof value === 'string') {
    texts.add(value);
  } else if (Array.isArray(value)) {
    value.forEach((each) => {
      textsOf(each, names, texts);
    });
  } else if (isObject(value)) {
    Object.entries(value).forEach(([name, each]) => {
      names.add(name);
      textsOf(each, names, texts);
    });
  }
};

const anyOf = (texts: readonly string[]): string =>
  `(?:${texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`;

/** A regular expression of literal texts alone, true of `matching` and false of `others`. */
const literally = (matching: readonly string[], others: readonly string[]): string => {
  if (matching.length === 0 || others.length === 0) {
    return matching.length === 0 ? MATCHES_NONE : MATCHES_ALL;
  }
  return matching.length <= others.length ? `^${anyOf(matching)}$` : `^(?!${anyOf(others)}$)`;
};

const everySchema = (schema: JsonValue): JsonObject[] =>
  isObject(schema) ? [schema, ...subschemas(schema).flatMap(({ value }) => everySchema(value))] : [];

/**
 * Takes the patterns out of a schema, in place, by what they say of the texts in `values`: texts that do not match are
 * listed, and names of properties are matched literally. The validator would run every pattern on JavaScript's own
 * engine, which can take for ever; `compile` gives one that cannot.
 */
export const decidePatterns = (
  schema: JsonValue,
  values: readonly JsonValue[],
  compile: (pattern: string) => Test,
): void => {
  const [names, texts] = [new Set<string>(), new Set<string>()];
  values.forEach((value) => {
    textsOf(value, names, texts);
  });
  for (const each of everySchema(schema)) {
    if (typeof each['pattern'] === 'string') {
      const matches = compile(each['pattern']);
      const others = [...new Set([...texts, ...names])].filter((text) => !matches(text));
      delete each['pattern'];
      if (others.length > 0) {
        const noneOfThem = { if: { enum: others }, then: { pattern: MATCHES_NONE } };
        each['allOf'] = [...((each['allOf'] ?? []) as JsonValue[]), noneOfThem];
      }
    }
    if (isObject(each['patternProperties'])) {
      each['patternProperties'] = Object.fromEntries(
        Object.entries(each['patternProperties']).map(([pattern, value], index) => {
          const matching = new Set([...names].filter(compile(pattern)));
          const others = [...names].filter((name) => !matching.has(name));
          // an empty group of its own keeps patterns apart that have come to be the same
          return [`${literally([...matching], others)}(?<pattern${index}>)`, value];
        }),
      );
    }
  }
};
