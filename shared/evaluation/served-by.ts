import type { Flag } from '../contract/flag';
import type { Fault, NamedValue } from './model';

/** The variant of this name; that the flag does not have it is added to `faults`. */
export const servedBy = (
  { variants }: Flag,
  variant: string,
  path: readonly PropertyKey[],
  faults: Fault[],
): NamedValue => {
  const value = Object.hasOwn(variants, variant) ? variants[variant] : undefined;
  if (value === undefined) {
    const message = `names one of the variants: ${Object.keys(variants).join(', ')}`;
    faults.push({ path, code: 'unknown_variant', message });
  }
  return { variant, value: value ?? null };
};
