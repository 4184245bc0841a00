import { FlagSchema } from '../contract/flag';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';
import { invalidField } from '../errors';

type JsonObject = { [key: string]: JsonValue };

/** Fields whose null is a value or, for one variant, its removal. */
const NULLABLE = new Set(['name', 'description', 'owner', 'valueSchema']);

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNullable = (path: readonly string[]): boolean =>
  (path.length === 1 && NULLABLE.has(path[0] ?? '')) || (path.length === 2 && path[0] === 'variants');

const insteadOfNull = ([field, ...inside]: readonly string[]): string => {
  if (inside.length === 0) {
    return 'leave the field out to keep it, or PUT the flag without it for its default';
  }
  return field === 'variants' || field === 'valueSchema'
    ? 'to store a null, PUT the flag'
    : 'to take it away, PUT the flag without it';
};

const merge = (target: JsonValue | undefined, patch: JsonObject, path: readonly string[]): JsonObject => {
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    const here = [...path, key];
    if (path.length === 0 && !Object.hasOwn(FlagSchema.shape, key)) {
      // the schema of the merged flag refuses it, whatever its value
      merged.set(key, value);
    } else if (value !== null) {
      merged.set(key, isObject(value) ? merge(merged.get(key), value, here) : value);
    } else if (isNullable(here)) {
      merged.delete(key);
    } else if (merged.get(key) === null) {
      // it is null already, as in what GET gave
      continue;
    } else {
      throw invalidField(
        jsonPointer(here),
        'not_nullable',
        `null is not allowed here; ${insteadOfNull(here)}`,
      );
    }
  }
  return Object.fromEntries(merged);
};

/**
 * JSON merge patch (RFC 7396) of a flag. `null` takes away a name, description, owner, valueSchema or a variant;
 * anywhere else it is `INVALID_REQUEST`. A new rollout percentage takes away weights, unless the patch has both.
 */
export const mergePatch = (target: JsonObject, patch: JsonObject): JsonObject => {
  const { variantWeights, ...merged } = merge(target, patch, []);
  if ('rolloutPercentage' in patch && !('variantWeights' in patch)) {
    // one stands instead of the other
    return merged;
  }
  return isObject(variantWeights) && isObject(patch['variants'])
    ? { ...merged, variantWeights: withoutThoseOf(patch['variants'], variantWeights) }
    : { ...merged, variantWeights: variantWeights ?? null };
};

/** The weights of variants that the patch takes away go with them. */
const withoutThoseOf = (variants: JsonObject, weights: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => variants[name] !== null));
