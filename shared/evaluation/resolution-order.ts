import type { JsonValue } from '../contract/primitives';
import { BUCKET_COUNT, bucketOf } from './bucket';
import { configurationAt } from './configuration-at';
import { countingDeviceOverride, countingOverride } from './counting-override';
import { decidedBy } from './decided-by';
import { fitsType } from './fits-type';
import { jsonEquals } from './json-equals';
import type {
  Ask,
  AskedLayers,
  Audience,
  CompiledFlag,
  Evaluation,
  EvaluationContext,
  Layer,
  Question,
  Ramp,
  UserFlagOverride,
} from './model';
import { shareOf } from './share';

const absent: Ask = ({ flag }, { context }) =>
  flag.isArchived || (!context.isSignedIn && !flag.isPublic) ? 'absent' : undefined;

const killed: Ask = ({ flag }) => flag.killed;

const userExclusion: Ask = ({ flag, overrides }, question) => {
  const override = countingOverride(flag, overrides, question, 'exclude');
  return override && decidedBy('user exclusion', flag, flag.off, { override });
};

const deviceOverride: Ask = ({ flag, overrides }, question) =>
  pinned('device override', flag, countingDeviceOverride(flag, overrides, question));

const userOverride: Ask = ({ flag, overrides }, question) =>
  pinned('user override', flag, countingOverride(flag, overrides, question, 'value'));

const userInclusion: Ask = ({ flag, configuration, overrides }, question) => {
  const override = countingOverride(flag, overrides, question, 'include');
  return override && decidedBy('user inclusion', flag, configuration.on, { override });
};

const groupFilter: Ask = ({ flag }, { context }) =>
  flag.audience === undefined || isMeant(flag.audience, context) ? undefined : flag.audience.outside;

const disabled: Ask = ({ configuration }) => configuration.disabled;

const rule: Ask = ({ flag, configuration }, question) => {
  for (const { condition, share } of configuration.rules) {
    if (condition.matches(question)) {
      return shareOf(share, flag.bucketSuffix, question);
    }
  }
  return undefined;
};

const rollout: Ask = ({ flag, configuration }, question) => {
  const { ramp } = configuration;
  return ramp !== undefined && question.nowMs < ramp.toMs
    ? alongRamp(ramp, flag, question)
    : shareOf(configuration.rollout, flag.bucketSuffix, question);
};

const pinned = (
  source: 'device override' | 'user override',
  flag: CompiledFlag,
  override: UserFlagOverride | undefined,
): Evaluation | undefined => {
  if (override === undefined || !fitsType(flag.type, override.value)) {
    return undefined;
  }
  const served = { variant: variantWithValue(flag, override.value), value: override.value };
  return decidedBy(source, flag, served, { override });
};

const variantWithValue = (flag: CompiledFlag, value: JsonValue): string | null =>
  flag.variants.find((named) => jsonEquals(named.value, value))?.variant ?? null;

const isMeant = ({ groups, userTypes, subscriptionTiers }: Audience, context: EvaluationContext): boolean =>
  context.groups.some((group) => groups.has(group)) ||
  (context.userType !== undefined && userTypes.has(context.userType)) ||
  (context.subscription !== undefined && subscriptionTiers.has(context.subscription));

/** How many buckets a ramp has reached; never more than its two ends span. */
export const bucketsAlong = (
  { fromMs, toMs, start, end }: Pick<Ramp, 'fromMs' | 'toMs' | 'start' | 'end'>,
  nowMs: number,
): number =>
  toMs <= fromMs ? end : Math.floor(start + (end - start) * Math.min(1, (nowMs - fromMs) / (toMs - fromMs)));

const alongRamp = (ramp: Ramp, flag: CompiledFlag, { userId, nowMs, sha256 }: Question): Evaluation => {
  const reached = bucketsAlong(ramp, nowMs);
  if (reached <= 0 || reached >= BUCKET_COUNT) {
    return reached <= 0 ? ramp.outside : ramp.inside;
  }
  if (userId === undefined) {
    return ramp.withoutUserId;
  }
  return bucketOf(userId, flag.bucketSuffix, sha256) < reached ? ramp.inside : ramp.outside;
};

/**
 * The resolution order: the first layer that answers decides. Planned changes have no layer of their own: the
 * configuration that the layers see is the one they have made. The last layer, which also stands for the default
 * of everybody, always answers.
 */
export const RESOLUTION_ORDER: readonly Layer[] = [
  { name: 'absent', ask: absent },
  { name: 'killed', ask: killed, concerns: (flag) => flag.killed !== undefined },
  { name: 'user exclusion', ask: userExclusion, isOfOverrides: true },
  { name: 'device override', ask: deviceOverride, isOfOverrides: true },
  { name: 'user override', ask: userOverride, isOfOverrides: true },
  { name: 'user inclusion', ask: userInclusion, isOfOverrides: true },
  { name: 'group filter', ask: groupFilter, concerns: ({ audience }) => audience !== undefined },
  {
    name: 'disabled',
    ask: disabled,
    concerns: ({ configurations }) => configurations.some((each) => each.disabled !== undefined),
  },
  {
    name: 'rule',
    ask: rule,
    concerns: ({ configurations }) => configurations.some(({ rules }) => rules.length > 0),
  },
  { name: 'rollout', ask: rollout },
];

/** By what is left out, as a number of one bit a layer: flags are many, and what is asked of them is not. */
const asked = new Map<number, AskedLayers>();

/** The layers that can have something to say about the flag, whoever asks. */
export const layersOf = (flag: Pick<CompiledFlag, 'killed' | 'audience' | 'configurations'>): AskedLayers => {
  let leftOut = 0;
  RESOLUTION_ORDER.forEach(({ concerns }, index) => {
    leftOut |= concerns === undefined || concerns(flag) ? 0 : 1 << index;
  });
  const known = asked.get(leftOut);
  if (known !== undefined) {
    return known;
  }
  const layers = RESOLUTION_ORDER.filter((_, index) => (leftOut & (1 << index)) === 0);
  const made: AskedLayers = {
    withOverrides: layers.map(({ ask }) => ask),
    withoutOverrides: layers.filter(({ isOfOverrides }) => isOfOverrides !== true).map(({ ask }) => ask),
  };
  asked.set(leftOut, made);
  return made;
};

/**
 * What decides the flag for this caller. Undefined: the flag is absent for them. A flag that is not meant for them is
 * as good as absent; its answer, of source `group filter`, is for those who explain it.
 */
export const resolve = (
  flag: CompiledFlag,
  overrides: readonly UserFlagOverride[],
  question: Question,
): Evaluation | undefined => {
  const subject = { flag, configuration: configurationAt(flag, question.nowMs), overrides };
  const { withOverrides, withoutOverrides } = flag.layers;
  for (const ask of overrides.length === 0 ? withoutOverrides : withOverrides) {
    const answer = ask(subject, question);
    if (answer !== undefined) {
      return answer === 'absent' ? undefined : answer;
    }
  }
  return undefined;
};
