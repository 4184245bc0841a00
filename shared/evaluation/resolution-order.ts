import type { JsonValue } from '../contract/primitives';
import { BUCKET_COUNT, bucketOf } from './bucket';
import { countingOverride } from './counting-override';
import { decidedBy } from './decided-by';
import { fitsType } from './fits-type';
import { jsonEquals } from './json-equals';
import type { CompiledFlag, Evaluation, Question } from './model';

/** Answers one question about a flag and its caller; undefined means that the next layer is asked. */
type Layer = (flag: CompiledFlag, question: Question) => Evaluation | 'absent' | undefined;

const absent: Layer = (flag, { userId }) =>
  flag.isAbsent || (userId === undefined && !flag.isPublic) ? 'absent' : undefined;

const killed: Layer = (flag) => (flag.isKilled ? flag.results.killed : undefined);

const userExclusion: Layer = (flag, question) => {
  const override = countingOverride(flag, question, 'exclude');
  return override && decidedBy('user exclusion', flag.key, flag.off, override);
};

const userOverride: Layer = (flag, question) => {
  const override = countingOverride(flag, question, 'value');
  if (!override || !fitsType(flag.type, override.value)) {
    return undefined;
  }
  const served = { variant: variantWithValue(flag, override.value), value: override.value };
  return decidedBy('user override', flag.key, served, override);
};

const userInclusion: Layer = (flag, question) => {
  const override = countingOverride(flag, question, 'include');
  return override && decidedBy('user inclusion', flag.key, flag.on, override);
};

const disabled: Layer = (flag) => (flag.isEnabled ? undefined : flag.results.disabled);

const rollout: Layer = (flag, { userId, sha256 }) => {
  if (flag.rolloutThreshold <= 0 || flag.rolloutThreshold >= BUCKET_COUNT) {
    return undefined;
  }
  const isInside = userId !== undefined && bucketOf(userId, flag.key, sha256) < flag.rolloutThreshold;
  return isInside ? flag.results.insideRollout : flag.results.outsideRollout;
};

const byDefault: Layer = (flag) => flag.results.default;

const variantWithValue = (flag: CompiledFlag, value: JsonValue): string | null =>
  flag.variants.find((named) => jsonEquals(named.value, value))?.variant ?? null;

/** The resolution order: the first layer that answers decides. The last one always does. */
const RESOLUTION_ORDER: readonly Layer[] = [
  absent,
  killed,
  userExclusion,
  userOverride,
  userInclusion,
  disabled,
  rollout,
  byDefault,
];

/** Undefined: the flag is absent for this caller. */
export const resolve = (flag: CompiledFlag, question: Question): Evaluation | undefined => {
  let answer: ReturnType<Layer>;
  for (const layer of RESOLUTION_ORDER) {
    answer = layer(flag, question);
    if (answer !== undefined) {
      break;
    }
  }
  return answer === 'absent' ? undefined : answer;
};
