import type { Flag } from '../contract/flag';
import { decidedBy } from './decided-by';
import { compileConfigurations } from './configurations';
import type { Audience, CompiledFlag, Compilers, Fault, StoredFlag } from './model';
import { servedBy } from './served-by';

/**
 * Makes a stored flag ready for evaluation, or says what is wrong with it: a flag that was changed past the API may
 * have values of another type, variants that it does not have, rules that cannot be understood. It falls out alone.
 */
export const compileFlag = (
  stored: StoredFlag,
  compilers: Compilers,
): { compiled: CompiledFlag | undefined; faults: readonly Fault[] } => {
  const { flag, generation } = stored;
  const faults: Fault[] = [];
  const on = servedBy(flag, flag.onVariant, ['onVariant'], faults);
  const off = servedBy(flag, flag.offVariant, ['offVariant'], faults);
  const configurations = compileConfigurations(stored, off, compilers, faults);
  const compiled: CompiledFlag = {
    key: flag.key,
    version: flag.version,
    generation,
    type: flag.type,
    isArchived: flag.state === 'archived',
    isPublic: flag.visibility === 'public',
    isKilled: flag.killed,
    audience: audienceOf(flag),
    on,
    off,
    variants: Object.keys(flag.variants)
      .sort()
      .map((variant) => servedBy(flag, variant, ['variants', variant], faults)),
    killed: decidedBy('killed', flag, off),
    outsideAudience: decidedBy('group filter', flag, off),
    configurations,
  };
  return { compiled: faults.length === 0 ? compiled : undefined, faults };
};

const audienceOf = ({ groups, userTypes, subscriptionTiers }: Flag): Audience | undefined =>
  groups.length + userTypes.length + subscriptionTiers.length === 0
    ? undefined
    : {
        groups: new Set(groups),
        userTypes: new Set(userTypes),
        subscriptionTiers: new Set(subscriptionTiers),
      };
