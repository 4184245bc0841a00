import type { JsonValue } from '../contract/primitives';

type JsonObject = Readonly<Record<string, JsonValue>>;

/** Deep equality of JSON values; the order of an object's keys does not count. */
export const jsonEquals = (a: JsonValue, b: JsonValue): boolean => {
  if (a === b) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return false;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && arraysEqual(a, b);
  }
  return objectsEqual(a, b);
};

const arraysEqual = (a: readonly JsonValue[], b: readonly JsonValue[]): boolean =>
  a.length === b.length && a.every((item, index) => jsonEquals(item, b[index] as JsonValue));

const objectsEqual = (a: JsonObject, b: JsonObject): boolean => {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key] as JsonValue, b[key] as JsonValue))
  );
};
