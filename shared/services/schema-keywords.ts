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

const isPattern = (value: JsonValue): boolean => {
  try {
    return isText(value) && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

interface Kind {
  readonly fits: (value: JsonValue) => boolean;
  readonly message: string;
}

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
  patterns: {
    fits: (value) => isObject(value) && Object.keys(value).every(isPattern),
    message: 'maps regular expressions to schemas',
  },
  pattern: { fits: isPattern, message: 'is a regular expression' },
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
  $ref: 'reference',
  $dynamicRef: 'reference',
  type: 'type',
  enum: 'list',
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

/** What is wrong with the value of a keyword; undefined where nothing is. */
export const keywordFault = (keyword: string, value: JsonValue): string | undefined => {
  const name = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
  const kind = name && KINDS[name];
  return kind === undefined || kind.fits(value) ? undefined : `${keyword} ${kind.message}`;
};

const MAPS = new Set<string | undefined>(['map', 'patterns']);

/** The schemas inside a schema whose keywords are right, with their places. */
export const subschemas = (schema: JsonObject): { at: PropertyKey[]; value: JsonValue }[] =>
  Object.entries(schema).flatMap(([keyword, value]) => {
    const name = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (MAPS.has(name) && isObject(value)) {
      return Object.entries(value).map(([key, each]) => ({ at: [keyword, key], value: each }));
    }
    if (name === 'schemas' && Array.isArray(value)) {
      return value.map((each, index) => ({ at: [keyword, index], value: each }));
    }
    return name === 'schema' ? [{ at: [keyword], value }] : [];
  });
