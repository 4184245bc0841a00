import { FlagError, invalidField } from '../errors';
import { jsonPointer } from '../contract/json-pointer';

/** Bytes of a request body. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Above what a rule may have (`MAX_RULE_LEVELS`) by the two of the flag that it is in, at least. */
const MAX_DEPTH = 24;

export const checkBodySize = (body: string, isBase64Encoded: boolean, maxBytes = MAX_BODY_BYTES): void => {
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > maxBytes) {
    throw new FlagError('PAYLOAD_TOO_LARGE', `A request body is at most ${String(maxBytes)} bytes.`);
  }
};

const checkText = (text: string, path: readonly PropertyKey[]): void => {
  if (!text.isWellFormed() || text.includes('\0')) {
    throw invalidField(jsonPointer(path), 'invalid_text', 'text is Unicode without lone surrogates and NUL');
  }
};

/**
 * Bounds what later code would have to recurse into, without recursing itself; refuses texts that no store keeps as
 * they are, numbers that are none and keys that reach into prototypes.
 */
export const checkJson = (root: unknown): void => {
  const open: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      checkText(value, path);
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const message = 'a number is finite, between -1.8e308 and 1.8e308';
      throw invalidField(jsonPointer(path), 'invalid_number', message);
    }
    if (typeof value !== 'object' || value === null) {
      continue;
    }
    if (path.length >= MAX_DEPTH) {
      throw invalidField(jsonPointer(path), 'too_deep', `a body is at most ${String(MAX_DEPTH)} levels deep`);
    }
    for (const [key, child] of Object.entries(value)) {
      const here = [...path, key];
      checkText(key, here);
      if (key === '__proto__') {
        throw invalidField(jsonPointer(here), 'forbidden_key', '"__proto__" cannot be a key');
      }
      open.push({ value: child, path: here });
    }
  }
};
