import type { Flag } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';
import { fitsType } from './fits-type';
import type { Fault, NamedValue } from './model';

const typeOf = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** The variant of this name; that the flag does not have it, or with a value of another type, is added to `faults`. */
export const servedBy = (
  { variants, type }: Flag,
  variant: string,
  path: readonly PropertyKey[],
  faults: Fault[],
): NamedValue => {
  const value = Object.hasOwn(variants, variant) ? variants[variant] : undefined;
  if (value === undefined) {
    const message = `names one of the variants: ${Object.keys(variants).join(', ')}`;
    faults.push({ path, code: 'unknown_variant', message });
  } else if (!fitsType(type, value)) {
    const message = `a value of a ${type} flag cannot be ${typeOf(value)}`;
    faults.push({ path: ['variants', variant], code: 'type_mismatch', message });
  }
  return { variant, value: value ?? null };
};
