import type { JsonValue } from '../contract/primitives';
import { type FieldError, FlagError } from '../errors';
import { fitsType } from '../evaluation/fits-type';
import type { Compilers } from '../evaluation/model';
import type { StoredOverride } from '../override-ports';
import type { FlagRecord } from '../ports';
import { valuesOutside } from './value-schema';

/**
 * Why these values, by the place that names each, are none of the flag: of another type, or outside its schema. A
 * schema that cannot be applied fits nothing.
 */
export const unfitValues = (
  { flag }: Pick<FlagRecord, 'flag'>,
  values: ReadonlyMap<string, JsonValue>,
  compilers: Pick<Compilers, 'compilePattern'>,
): FieldError[] => {
  const ofOtherType = [...values].flatMap(([pointer, value]): FieldError[] =>
    fitsType(flag.type, value)
      ? []
      : [
          {
            pointer,
            code: 'type_mismatch',
            message: `the flag "${flag.key}" has values of type ${flag.type}`,
          },
        ],
  );
  return ofOtherType.length > 0 || flag.valueSchema === null
    ? ofOtherType
    : valuesOutside(flag.valueSchema, values, compilers.compilePattern);
};

/** The same of an override that is to be: one that is switched off is asked when it is switched on. */
export const unfitOverride = (
  record: Pick<FlagRecord, 'flag'>,
  next: StoredOverride | undefined,
  pointer: string,
  compilers: Pick<Compilers, 'compilePattern'>,
): FieldError[] =>
  next?.kind === 'value' && next.enabled
    ? unfitValues(record, new Map([[pointer, next.value ?? null]]), compilers)
    : [];

/** An item of a table takes 400 KB, and the audit log holds a value twice: as it was and as it is. */
const MAX_VALUE_BYTES = 64 * 1024;

/** Throws `PAYLOAD_TOO_LARGE` for a value that is too large for an override; `pointer` names it. */
export const checkValueSize = (value: JsonValue, pointer = '/value'): void => {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > MAX_VALUE_BYTES) {
    const message = `the value of an override is at most ${String(MAX_VALUE_BYTES)} bytes of JSON, this is ${String(bytes)}`;
    throw new FlagError('PAYLOAD_TOO_LARGE', `${pointer}: ${message}.`, {
      errors: [{ pointer, code: 'too_big', message }],
    });
  }
};
