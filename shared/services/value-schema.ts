import { Validator } from '@cfworker/json-schema';
import type { FieldError } from '../errors';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';

/** JSON Schema (draft 2020-12) for the values of a flag, checked by an interpreter: no code is generated. */

const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);

/** Keywords whose value is a map from names to schemas; the names are no keywords. */
const MAPS = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
/** Keywords whose value is data, not a schema. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

const fault = (path: readonly PropertyKey[], code: string, message: string): FieldError => ({
  pointer: jsonPointer(['valueSchema', ...path]),
  code,
  message,
});

const isObject = (value: JsonValue | undefined): value is { [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keywordFault = (
  keyword: string,
  value: JsonValue,
  path: readonly PropertyKey[],
): FieldError | undefined => {
  if (keyword === 'type') {
    const names = Array.isArray(value) ? value : [value];
    return names.every((name) => typeof name === 'string' && TYPES.has(name))
      ? undefined
      : fault(path, 'unknown_type', `type is one of ${[...TYPES].join(', ')}, or a list of them`);
  }
  if (keyword === 'pattern' || keyword === 'patternProperties') {
    return fault(
      path,
      'not_supported',
      `${keyword} is not supported: no regular expression here is sure to end`,
    );
  }
  if (keyword === '$ref' || keyword === '$dynamicRef') {
    return typeof value === 'string' && value.startsWith('#')
      ? undefined
      : fault(path, 'not_supported', 'a reference points into the schema itself, as "#/$defs/name"');
  }
  return undefined;
};

/** What is wrong with the schema itself. */
const schemaFaults = (schema: JsonValue, path: readonly PropertyKey[]): FieldError[] => {
  if (Array.isArray(schema)) {
    return schema.flatMap((each, index) => schemaFaults(each, [...path, index]));
  }
  if (!isObject(schema)) {
    return [];
  }
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const here = [...path, keyword];
    const found = keywordFault(keyword, value, here);
    if (found !== undefined || DATA.has(keyword)) {
      return found === undefined ? [] : [found];
    }
    return MAPS.has(keyword) && isObject(value)
      ? Object.entries(value).flatMap(([name, each]) => schemaFaults(each, [...here, name]))
      : schemaFaults(value, here);
  });
};

export type ValueSchema = boolean | { [key: string]: JsonValue };

/** Faults of the schema, or of the variants that do not satisfy it. */
export const checkValueSchema = (
  schema: ValueSchema,
  variants: Readonly<Record<string, JsonValue>>,
): { schema: FieldError[]; values: FieldError[] } => {
  const broken = schemaFaults(schema, []);
  if (broken.length > 0) {
    return { schema: broken, values: [] };
  }
  try {
    const validator = new Validator(schema, '2020-12', true);
    const values = Object.entries(variants).flatMap(([name, value]) => {
      const [first] = validator.validate(value).errors.slice(-1);
      const pointer = jsonPointer(['variants', name]);
      return first === undefined ? [] : [{ pointer, code: 'schema_mismatch', message: first.error }];
    });
    return { schema: [], values };
  } catch {
    return {
      schema: [
        fault([], 'unusable_schema', 'the schema cannot be applied (a reference leads nowhere or to itself)'),
      ],
      values: [],
    };
  }
};
