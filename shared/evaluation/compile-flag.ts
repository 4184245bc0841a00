import type { Flag } from '../contract/flag';
import { bucketsIn, BUCKET_COUNT } from './bucket';
import { decidedBy } from './decided-by';
import { fitsType } from './fits-type';
import type { CompiledFlag, FlagResults, NamedValue, StoredFlag } from './model';

/**
 * Makes a stored flag ready for evaluation. A flag whose on or off value is missing or of another type is compiled
 * too, as absent: it falls out alone.
 */
export const compileFlag = ({ flag, generation }: StoredFlag): CompiledFlag => {
  const on = namedValue(flag, flag.onVariant);
  const off = namedValue(flag, flag.offVariant);
  const rolloutThreshold = bucketsIn(flag.rolloutPercentage);
  return {
    key: flag.key,
    generation,
    type: flag.type,
    isAbsent: flag.state === 'archived' || !fitsType(flag.type, on.value) || !fitsType(flag.type, off.value),
    isPublic: flag.visibility === 'public',
    isKilled: flag.killed,
    isEnabled: flag.enabled,
    rolloutThreshold,
    on,
    off,
    variants: Object.keys(flag.variants)
      .sort()
      .map((name) => namedValue(flag, name)),
    results: constantResults(flag.key, on, off, rolloutThreshold),
  };
};

const namedValue = (flag: Flag, variant: string): NamedValue => ({
  variant,
  value: Object.hasOwn(flag.variants, variant) ? (flag.variants[variant] ?? null) : null,
});

const constantResults = (
  key: string,
  on: NamedValue,
  off: NamedValue,
  rolloutThreshold: number,
): FlagResults => ({
  killed: decidedBy('killed', key, off),
  disabled: decidedBy('disabled', key, off),
  insideRollout: decidedBy('rollout', key, on),
  outsideRollout: decidedBy('rollout', key, off),
  default: decidedBy('default', key, rolloutThreshold >= BUCKET_COUNT ? on : off),
});
