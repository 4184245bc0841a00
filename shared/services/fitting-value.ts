import type { JsonValue } from '../contract/primitives';
import type { FieldError } from '../errors';
import { fitsType } from '../evaluation/fits-type';
import type { Compilers } from '../evaluation/model';
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
