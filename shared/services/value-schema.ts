import { Script } from 'node:vm';
import { dereference, type Schema, validate } from '@cfworker/json-schema';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';
import type { FieldError } from '../errors';
import type { Compilers } from '../evaluation/model';
import { decidePatterns } from './decided-patterns';
import {
  type PatternFault,
  keywordFault,
  MAX_PATTERN_LENGTH,
  MAX_SCHEMA_PATTERNS,
  subschemas,
  withoutAnnotations,
} from './schema-keywords';

export type ValueSchema = boolean | { [key: string]: JsonValue };

type CompilePattern = Compilers['compilePattern'];

/** References can make a check take for ever, so it is cut off. */
const CHECK_WITHIN_MS = 250;

/** Runs synchronous work and throws when it takes longer: nothing else can stop a loop from outside. */
const withinTime = <Result>(work: () => Result): Result =>
  new Script('work()').runInNewContext({ work }, { timeout: CHECK_WITHIN_MS }) as Result;

/** Of time, or of the stack. */
const isExhaustion = (error: unknown): boolean => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'RangeError' || code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
};

const fault = (path: readonly PropertyKey[], code: string, message: string): FieldError => ({
  pointer: jsonPointer(['valueSchema', ...path]),
  code,
  message,
});

/** What is wrong with the schema itself. */
const schemaFaults = (
  schema: JsonValue,
  path: readonly PropertyKey[],
  patternFault: PatternFault,
): FieldError[] => {
  if (typeof schema === 'boolean') {
    return [];
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return [fault(path, 'invalid_type', 'a schema is an object, true or false')];
  }
  const own = Object.entries(schema).flatMap(([keyword, value]) => {
    const message = keywordFault(keyword, value, patternFault);
    return message === undefined ? [] : [fault([...path, keyword], 'invalid_keyword', message)];
  });
  return own.length > 0
    ? own
    : subschemas(schema).flatMap(({ at, value }) => schemaFaults(value, [...path, ...at], patternFault));
};

type Lookup = ReturnType<typeof dereference>;

/** What references of the schema lead to; or why that cannot be told: two parts of one name. */
const lookupOf = (schema: Schema | boolean): Lookup | string => {
  try {
    return dereference(schema);
  } catch (error) {
    if (isExhaustion(error) || !(error instanceof Error)) {
      throw error;
    }
    return `the names in the schema are not clear: ${error.message}`;
  }
};

/** References that lead nowhere. */
const lostReferences = (
  schema: Schema | boolean,
  lookup: Lookup,
  path: readonly PropertyKey[],
): FieldError[] => {
  if (typeof schema === 'boolean') {
    return [];
  }
  const { $ref, __absolute_ref__: target = $ref } = schema;
  const own =
    target === undefined || lookup[target] !== undefined
      ? []
      : [fault([...path, '$ref'], 'lost_reference', `there is nothing in the schema at "${$ref}"`)];
  const inside = subschemas(schema);
  return [
    ...own,
    ...inside.flatMap(({ at, value }) => lostReferences(value as Schema | boolean, lookup, [...path, ...at])),
  ];
};

/** `place` is one in a value, as a fragment of a URI; a pointer that is none into a body names the whole value. */
const placeIn = (pointer: string, place: string): string =>
  pointer.startsWith('/') ? `${pointer}${decodeURIComponent(place.slice(1))}` : pointer;

/** `lookup` is of `copy` while its patterns are what references say. */
const mismatches = (
  copy: Schema | boolean,
  lookup: Lookup,
  values: ReadonlyMap<string, JsonValue>,
  compile: CompilePattern,
): FieldError[] => {
  decidePatterns(copy, [...values.values()], compile);
  return [...values].flatMap(([pointer, value]) => {
    const first = validate(value, copy, '2020-12', lookup, true).errors.at(-1);
    return first === undefined
      ? []
      : [
          {
            pointer: placeIn(pointer, first.instanceLocation),
            code: 'schema_mismatch',
            message: first.error === FORBIDDEN ? 'is not allowed here' : first.error.replace(/\.$/, ''),
          },
        ];
  });
};

/** What the library says of a place that the schema lets nothing be at, as of a name under `additionalProperties: false`. */
const FORBIDDEN = 'False boolean schema.';

/** Compiles each pattern of a schema once, and no more of them than a schema may have. */
const compileOnce = (compilePattern: CompilePattern): CompilePattern => {
  const compiled = new Map<string, ReturnType<CompilePattern>>();
  return (pattern) => {
    const test = compiled.get(pattern);
    if (test !== undefined) {
      return test;
    }
    if (pattern.length > MAX_PATTERN_LENGTH) {
      throw new Error(`it has more than ${MAX_PATTERN_LENGTH} characters`);
    }
    if (compiled.size === MAX_SCHEMA_PATTERNS) {
      throw new Error(`a schema has at most ${MAX_SCHEMA_PATTERNS} different ones`);
    }
    const fresh = compilePattern(pattern);
    compiled.set(pattern, fresh);
    return fresh;
  };
};

/** Which of these values, each under the pointer that names it, the schema of a flag does not allow. */
export const valuesOutside = (
  schema: ValueSchema,
  values: ReadonlyMap<string, JsonValue>,
  compilePattern: CompilePattern,
): FieldError[] => {
  const found = checkValueSchema(schema, values, compilePattern);
  return [...found.schema, ...found.values];
};

/**
 * Checks values of a flag, each under the pointer that names it, against its JSON Schema (draft 2020-12), by an
 * interpreter: no code is generated. Gives the faults of the schema, or of the values that do not satisfy it.
 */
export const checkValueSchema = (
  schema: ValueSchema,
  values: ReadonlyMap<string, JsonValue>,
  compilePattern: CompilePattern,
): { schema: FieldError[]; values: FieldError[] } => {
  const compile = compileOnce(compilePattern);
  const patternFault: PatternFault = (text) => {
    try {
      compile(text);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const broken = schemaFaults(schema, [], patternFault);
  if (broken.length > 0) {
    return { schema: broken, values: [] };
  }
  try {
    const copy = withoutAnnotations(schema) as Schema | boolean;
    // outside the time limit: what it loads must not be cut off
    const lookup = lookupOf(copy);
    if (typeof lookup === 'string') {
      return { schema: [fault([], 'unusable_schema', lookup)], values: [] };
    }
    const lost = lostReferences(copy, lookup, []);
    if (lost.length > 0) {
      return { schema: lost, values: [] };
    }
    return { schema: [], values: withinTime(() => mismatches(copy, lookup, values, compile)) };
  } catch (error) {
    if (!isExhaustion(error)) {
      throw error;
    }
    const message = `the schema cannot be applied within ${CHECK_WITHIN_MS} ms: a reference leads to itself, or it has too much to try`;
    return { schema: [fault([], 'unusable_schema', message)], values: [] };
  }
};
