import { Script } from 'node:vm';
import { Validator } from '@cfworker/json-schema';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';
import type { FieldError } from '../errors';
import { keywordFault, subschemas } from './schema-keywords';

export type ValueSchema = boolean | { [key: string]: JsonValue };

/** References and patterns can make a check take for ever, so it is cut off. */
const CHECK_WITHIN_MS = 250;

/** Runs synchronous work and throws when it takes longer: nothing else can stop a loop from outside. */
const withinTime = <Result>(work: () => Result): Result =>
  new Script('work()').runInNewContext({ work }, { timeout: CHECK_WITHIN_MS }) as Result;

const fault = (path: readonly PropertyKey[], code: string, message: string): FieldError => ({
  pointer: jsonPointer(['valueSchema', ...path]),
  code,
  message,
});

/** What is wrong with the schema itself. */
const schemaFaults = (schema: JsonValue, path: readonly PropertyKey[]): FieldError[] => {
  if (typeof schema === 'boolean') {
    return [];
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return [fault(path, 'invalid_type', 'a schema is an object, true or false')];
  }
  const own = Object.entries(schema).flatMap(([keyword, value]) => {
    const message = keywordFault(keyword, value);
    return message === undefined ? [] : [fault([...path, keyword], 'invalid_keyword', message)];
  });
  return own.length > 0
    ? own
    : subschemas(schema).flatMap(({ at, value }) => schemaFaults(value, [...path, ...at]));
};

const mismatches = (schema: ValueSchema, variants: Readonly<Record<string, JsonValue>>): FieldError[] => {
  const validator = new Validator(schema, '2020-12', true);
  return Object.entries(variants).flatMap(([name, value]) => {
    const first = validator.validate(value).errors.at(-1);
    const pointer = jsonPointer(['variants', name]);
    return first === undefined ? [] : [{ pointer, code: 'schema_mismatch', message: first.error }];
  });
};

/**
 * Checks the values of a flag against its JSON Schema (draft 2020-12), by an interpreter: no code is generated.
 * Gives the faults of the schema, or of the variants that do not satisfy it.
 */
export const checkValueSchema = (
  schema: ValueSchema,
  variants: Readonly<Record<string, JsonValue>>,
): { schema: FieldError[]; values: FieldError[] } => {
  const broken = schemaFaults(schema, []);
  if (broken.length > 0) {
    return { schema: broken, values: [] };
  }
  try {
    return { schema: [], values: withinTime(() => mismatches(schema, variants)) };
  } catch {
    const message = `the schema cannot be applied within ${CHECK_WITHIN_MS} ms: a reference leads nowhere or to itself, or it has too much to try`;
    return { schema: [fault([], 'unusable_schema', message)], values: [] };
  }
};
