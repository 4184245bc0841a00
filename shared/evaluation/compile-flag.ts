import type { Flag } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';
import { bucketSuffixOf } from './bucket';
import { decidedBy } from './decided-by';
import { compileConfigurations } from './configurations';
import { fitsType } from './fits-type';
import type { Audience, CompiledFlag, Compilers, Fault, NamedValue, StoredFlag } from './model';
import { servedBy } from './served-by';
import { layersOf } from './resolution-order';
import { withoutThrowing } from './without-throwing';

/**
 * Makes a stored flag ready for evaluation, or says what is wrong with it: a flag that was changed past the API may
 * have values of another type, variants that it does not have, rules that cannot be understood. It falls out alone.
 */
export const compileFlag = (
  stored: StoredFlag,
  compilers: Compilers,
): { compiled: CompiledFlag | undefined; faults: readonly Fault[] } => {
  const faults: Fault[] = [];
  const compiled = withoutThrowing(faults, () => compile(stored, compilers, faults));
  return { compiled: faults.length === 0 ? compiled : undefined, faults };
};

const compile = (stored: StoredFlag, compilers: Compilers, faults: Fault[]): CompiledFlag => {
  const { flag, generation } = stored;
  const off = servedBy(flag, flag.offVariant, ['offVariant'], faults);
  const configurations = compileConfigurations(stored, off, compilers, faults);
  const key: unknown = flag.key;
  if (typeof key !== 'string') {
    faults.push({ path: ['key'], code: 'invalid_type', message: 'is a text' });
  }
  const killed = flag.killed ? decidedBy('killed', flag, off) : undefined;
  const audience = audienceOf(flag, off);
  return {
    key: flag.key,
    bucketSuffix: bucketSuffixOf(flag.key),
    version: flag.version,
    generation,
    type: flag.type,
    isArchived: flag.state === 'archived',
    isPublic: flag.visibility === 'public',
    audience,
    off,
    variants: variantsOf(flag, faults),
    killed,
    configurations,
    layers: layersOf({ killed, audience, configurations }),
  };
};

/** In ascending order of their names; that one has a value of another type is added to `faults`. */
const variantsOf = ({ type, variants }: Flag, faults: Fault[]): NamedValue[] =>
  Object.keys(variants)
    .sort()
    .map((variant) => {
      const value = variants[variant] as JsonValue;
      if (!fitsType(type, value)) {
        const message = `a value of a flag of type ${type} cannot be ${typeOf(value)}`;
        faults.push({ path: ['variants', variant], code: 'type_mismatch', message });
      }
      return { variant, value };
    });

const typeOf = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const audienceOf = (flag: Flag, off: NamedValue): Audience | undefined => {
  const { groups, userTypes, subscriptionTiers } = flag;
  return groups.length + userTypes.length + subscriptionTiers.length === 0
    ? undefined
    : {
        groups: new Set(groups),
        userTypes: new Set(userTypes),
        subscriptionTiers: new Set(subscriptionTiers),
        outside: decidedBy('group filter', flag, off),
      };
};
