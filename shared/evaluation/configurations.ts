import type { Source } from '../contract/evaluation';
import type { Flag } from '../contract/flag';
import type { Rule } from '../contract/rule';
import type { PlannedChange } from '../contract/schedule';
import { bucketsIn } from './bucket';
import { compileCondition } from './compile-condition';
import { decidedBy } from './decided-by';
import type {
  CompiledRule,
  Compilers,
  Configuration,
  Fault,
  NamedValue,
  Ramp,
  Share,
  StoredFlag,
} from './model';
import { bucketsAlong } from './resolution-order';
import { servedBy } from './served-by';
import { type Answer, simpleShare, weightedShare } from './share';

/** What a flag says that planned changes can replace. */
interface Settings extends Pick<Flag, 'enabled' | 'rules' | 'rolloutPercentage' | 'variantWeights'> {
  readonly on: NamedValue;
  /** What decides where nothing but these settings does: `schedule` once a planned change has replaced them. */
  readonly enabledBy: 'disabled' | 'schedule';
  readonly shareBy: 'default' | 'schedule';
  /** How the percentage gets where it is said to be; undefined where it has jumped there. */
  readonly course: Course | undefined;
}

type Course = Pick<Ramp, 'fromMs' | 'toMs' | 'start' | 'end'>;

interface Compiling {
  readonly flag: Flag;
  readonly off: NamedValue;
  readonly compilers: Compilers;
  readonly faults: Fault[];
}

/** The flag as it says it is, and as each planned change leaves it. */
export const compileConfigurations = (
  { flag, planned = [] }: StoredFlag,
  off: NamedValue,
  compilers: Compilers,
  faults: Fault[],
): [Configuration, ...Configuration[]] => {
  const compiling = { flag, off, compilers, faults };
  // what has been found wrong with the flag once is not wrong with each of its planned changes
  const again = { flag, off, compilers, faults: [] };
  const on = servedBy(flag, flag.onVariant, ['onVariant'], faults);
  let settings: Settings = {
    enabled: flag.enabled,
    rules: flag.rules,
    rolloutPercentage: flag.rolloutPercentage,
    variantWeights: flag.variantWeights,
    on,
    enabledBy: 'disabled',
    shareBy: 'default',
    course: undefined,
  };
  let rules = compileRules(settings, ['rules'], compiling);
  const first = compileConfiguration(-Infinity, undefined, settings, rules, compiling);
  const later = planned
    .map((change, index) => ({ change, path: ['planned', index], atMs: timeOf(change, index, faults) }))
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ change, path, atMs }) => {
      settings = changed(settings, change, atMs);
      if (change.onVariant !== undefined) {
        settings = { ...settings, on: servedBy(flag, change.onVariant, [...path, 'onVariant'], faults) };
      }
      if (change.rules !== undefined) {
        rules = compileRules(settings, [...path, 'rules'], compiling);
      } else if (change.onVariant !== undefined) {
        rules = compileRules(settings, path, again);
      }
      return compileConfiguration(atMs, change, settings, rules, again);
    });
  return [first, ...later];
};

/** Epoch milliseconds of the change. */
const timeOf = ({ at, until = at }: PlannedChange, index: number, faults: Fault[]): number => {
  for (const [field, time] of Object.entries({ at, until })) {
    if (Number.isNaN(Date.parse(time))) {
      faults.push({
        path: ['planned', index, field],
        code: 'invalid_time',
        message: 'is a time in ISO 8601',
      });
    }
  }
  return Date.parse(at);
};

const changed = (settings: Settings, change: PlannedChange, atMs: number): Settings => {
  const { enabled, rolloutPercentage, onVariant, rules } = change;
  return {
    ...settings,
    ...(enabled !== undefined && { enabled, enabledBy: 'schedule' }),
    ...(enabled === true && !settings.enabled && { shareBy: 'schedule' }),
    ...(rolloutPercentage !== undefined && {
      rolloutPercentage,
      variantWeights: null,
      shareBy: 'schedule',
      course: courseOf(change, bucketsIn(rolloutPercentage), bucketsAt(settings, atMs), atMs),
    }),
    ...(onVariant !== undefined && { shareBy: 'schedule' }),
    ...(rules !== undefined && { rules }),
  };
};

const courseOf = (
  { until }: PlannedChange,
  end: number,
  start: number,
  fromMs: number,
): Course | undefined => (until === undefined ? undefined : { fromMs, toMs: Date.parse(until), start, end });

/** How many buckets have the on variant at this moment. */
const bucketsAt = (
  { course, variantWeights, on: { variant }, rolloutPercentage }: Settings,
  nowMs: number,
): number => {
  if (course !== undefined && nowMs < course.toMs) {
    return bucketsAlong(course, nowMs);
  }
  const weights = variantWeights ?? { [variant]: rolloutPercentage };
  return Object.hasOwn(weights, variant) ? bucketsIn(weights[variant] ?? 0) : 0;
};

const compileConfiguration = (
  fromMs: number,
  change: PlannedChange | undefined,
  settings: Settings,
  rules: readonly CompiledRule[],
  { flag, off, faults }: Compiling,
): Configuration => ({
  fromMs,
  change,
  on: settings.on,
  disabled: settings.enabled ? undefined : decidedBy(settings.enabledBy, flag, off, { reason: 'DISABLED' }),
  rules,
  rollout: compileRollout(settings, flag, off, faults),
  ramp: compileRamp(settings, flag, off),
});

const compileRules = (
  { rules, on }: Settings,
  path: readonly PropertyKey[],
  { flag, off, compilers, faults }: Compiling,
): CompiledRule[] =>
  rules.map((rule, index) => {
    const here = [...path, index];
    const condition = compileCondition(rule, compilers, here, faults);
    return { source: rule, condition, share: compileServe(rule, on, flag, off, here, faults) };
  });

const compileServe = (
  { id, serve }: Rule,
  on: NamedValue,
  flag: Flag,
  off: NamedValue,
  path: readonly PropertyKey[],
  faults: Fault[],
): Share => {
  const served =
    serve.variant === undefined ? on : servedBy(flag, serve.variant, [...path, 'serve', 'variant'], faults);
  const answer: Answer = (given, because) => decidedBy('rule', flag, given, { ...because, ruleId: id });
  return simpleShare(serve.percentage ?? 100, served, off, answer);
};

/** An answer of the layers `rollout` and `default`, which are one share: with a bucket or without. */
const rolloutAnswer =
  (flag: Flag, shareBy: Settings['shareBy']): Answer =>
  (served, because) => {
    const source: Source = shareBy === 'default' && because.reason === 'SPLIT' ? 'rollout' : shareBy;
    return decidedBy(source, flag, served, because);
  };

/** Of weights, on comes first and off last, so that these two alone decide exactly as the simple percentage. */
const compileRollout = (settings: Settings, flag: Flag, off: NamedValue, faults: Fault[]): Share => {
  const answer = rolloutAnswer(flag, settings.shareBy);
  const { on, variantWeights, rolloutPercentage } = settings;
  if (variantWeights === null) {
    return simpleShare(rolloutPercentage, on, off, answer);
  }
  const placeOf = (variant: string): number => (variant === on.variant ? 0 : variant === off.variant ? 2 : 1);
  const weights = Object.entries(variantWeights)
    .sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
    .map(([variant, percentage]) => ({
      served: servedBy(flag, variant, ['variantWeights', variant], faults),
      percentage,
    }));
  return weightedShare(weights, off, answer);
};

const compileRamp = ({ course, on }: Settings, flag: Flag, off: NamedValue): Ramp | undefined => {
  if (course === undefined) {
    return undefined;
  }
  const answer = rolloutAnswer(flag, 'schedule');
  return {
    ...course,
    inside: answer(on, { reason: 'SPLIT' }),
    outside: answer(off, { reason: 'SPLIT' }),
    withoutUserId: answer(off, { reason: 'SPLIT', lacksUserId: true }),
  };
};
