import type { JsonValue } from '../contract/primitives';

/** The keywords of JSON Schema (draft 2020-12), as far as their values can be wrong. Others are annotations. */

type JsonObject = { [key: string]: JsonValue };

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: JsonValue): value is string => typeof value === 'string';
const isTexts = (value: JsonValue): boolean => Array.isArray(value) && value.every(isText);
const isCount = (value: JsonValue): boolean => Number.isInteger(value) && Number(value) >= 0;
const isNumber = (value: JsonValue): boolean => typeof value === 'number';

/** Why a text is no regular expression that can be used; undefined where it is one. */
export type PatternFault = (text: string) => string | undefined;

interface Kind {
  readonly fits: (value: JsonValue) => boolean;
  readonly message: string;
}

/** Characters of a pattern. */
export const MAX_PATTERN_LENGTH = 512;
/** Different patterns of a schema. */
export const MAX_SCHEMA_PATTERNS = 50;

const KINDS = {
  count: { fits: isCount, message: 'is a whole number, not negative' },
  number: { fits: isNumber, message: 'is a number' },
  divisor: { fits: (value) => isNumber(value) && Number(value) > 0, message: 'is a number above 0' },
  flag: { fits: (value) => typeof value === 'boolean', message: 'is true or false' },
  list: { fits: Array.isArray, message: 'is a list' },
  texts: { fits: isTexts, message: 'is a list of texts' },
  textLists: {
    fits: (value) => isObject(value) && Object.values(value).every(isTexts),
    message: 'maps names to lists of texts',
  },
  map: { fits: isObject, message: 'maps names to schemas' },
  patterns: { fits: isObject, message: 'maps regular expressions to schemas' },
  pattern: { fits: isText, message: 'is a text' },
  text: { fits: isText, message: 'is a text' },
  address: {
    fits: (value) => isText(value) && URL.canParse(value, 'https://schema.invalid'),
    message: 'is a URI reference',
  },
  unsupported: { fits: () => false, message: 'is not supported: use $anchor and $ref' },
  value: { fits: () => true, message: '' },
  schemas: {
    fits: (value) => Array.isArray(value) && value.length > 0,
    message: 'is a list of schemas, not empty',
  },
  schema: { fits: () => true, message: '' },
  type: {
    fits: (value) => {
      const names = Array.isArray(value) ? value : [value];
      return names.length > 0 && names.every((name) => isText(name) && TYPES.includes(name));
    },
    message: `is one of ${TYPES.join(', ')}, or a list of them`,
  },
  reference: {
    fits: (value) => isText(value) && value.startsWith('#'),
    message: 'points into the schema itself, as "#/$defs/name"',
  },
} as const satisfies Record<string, Kind>;

const KEYWORDS: Readonly<Partial<Record<string, keyof typeof KINDS>>> = {
  $id: 'address',
  $anchor: 'text',
  $dynamicAnchor: 'unsupported',
  $ref: 'reference',
  $dynamicRef: 'unsupported',
  type: 'type',
  enum: 'list',
  const: 'value',
  format: 'text',
  multipleOf: 'divisor',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  minLength: 'count',
  maxLength: 'count',
  pattern: 'pattern',
  minItems: 'count',
  maxItems: 'count',
  minContains: 'count',
  maxContains: 'count',
  uniqueItems: 'flag',
  minProperties: 'count',
  maxProperties: 'count',
  required: 'texts',
  dependentRequired: 'textLists',
  properties: 'map',
  patternProperties: 'patterns',
  dependentSchemas: 'map',
  $defs: 'map',
  definitions: 'map',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  prefixItems: 'schemas',
  items: 'schema',
  contains: 'schema',
  additionalProperties: 'schema',
  propertyNames: 'schema',
  unevaluatedItems: 'schema',
  unevaluatedProperties: 'schema',
  not: 'schema',
  if: 'schema',
  then: 'schema',
  else: 'schema',
};

const kindOf = (keyword: string): keyof typeof KINDS | undefined =>
  Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;

/** The regular expressions in the value of a keyword. */
const patternsIn = (kind: keyof typeof KINDS, value: JsonValue): string[] => {
  if (kind === 'patterns' && isObject(value)) {
    return Object.keys(value);
  }
  return kind === 'pattern' && isText(value) ? [value] : [];
};

/** What is wrong with the value of a keyword; undefined where nothing is. */
export const keywordFault = (
  keyword: string,
  value: JsonValue,
  patternFault: PatternFault,
): string | undefined => {
  const name = kindOf(keyword);
  if (name === undefined) {
    return undefined;
  }
  const kind: Kind = KINDS[name];
  if (!kind.fits(value)) {
    return `${keyword} ${kind.message}`;
  }
  const [reason] = patternsIn(name, value).flatMap((pattern) => patternFault(pattern) ?? []);
  return reason === undefined ? undefined : `${keyword}: no regular expression in RE2 syntax: ${reason}`;
};

const isMap = (keyword: string): boolean => ['map', 'patterns'].includes(kindOf(keyword) ?? '');

/** The schemas inside a schema whose keywords are right, with their places. */
export const subschemas = (schema: JsonObject): { at: PropertyKey[]; value: JsonValue }[] =>
  Object.entries(schema).flatMap(([keyword, value]) => {
    if (isMap(keyword) && isObject(value)) {
      return Object.entries(value).map(([key, each]) => ({ at: [keyword, key], value: each }));
    }
    if (kindOf(keyword) === 'schemas' && Array.isArray(value)) {
      return value.map((each, index) => ({ at: [keyword, index], value: each }));
    }
    return kindOf(keyword) === 'schema' ? [{ at: [keyword], value }] : [];
  });

/** A copy of a schema whose keywords are right, without what is no keyword: a reference into that leads nowhere. */
export const withoutAnnotations = (schema: JsonValue): JsonValue => {
  if (!isObject(schema)) {
    return schema;
  }
  const kept = Object.entries(schema).filter(([keyword]) => kindOf(keyword) !== undefined);
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (isMap(keyword) && isObject(value)) {
        const copies = Object.entries(value).map(([key, each]) => [key, withoutAnnotations(each)] as const);
        return [keyword, Object.fromEntries(copies)];
      }
      if (kindOf(keyword) === 'schemas' && Array.isArray(value)) {
        return [keyword, value.map(withoutAnnotations)];
      }
      return [keyword, kindOf(keyword) === 'schema' ? withoutAnnotations(value) : value];
    }),
  );
};
