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
import { servedBy } from './served-by';
import { type Answer, simpleShare, weightedShare } from './share';

/** What a flag says that planned changes can replace. */
interface Settings extends Pick<
  Flag,
  'enabled' | 'onVariant' | 'rules' | 'rolloutPercentage' | 'variantWeights'
> {
  /** What decides where nothing but these settings does: `schedule` once a planned change has replaced them. */
  readonly enabledBy: 'disabled' | 'schedule';
  readonly shareBy: 'default' | 'schedule';
}

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
  let settings: Settings = { ...flag, enabledBy: 'disabled', shareBy: 'default' };
  let rules = compileRules(settings, ['rules'], compiling);
  const first = compileConfiguration(undefined, settings, rules, undefined, compiling);
  const later = [...planned]
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((change, index) => {
      const path = ['planned', index];
      const before = settings;
      settings = changed(settings, change);
      if (change.rules !== undefined || change.onVariant !== undefined) {
        rules = compileRules(settings, [...path, 'rules'], compiling);
      }
      const ramp = compileRamp(change, before, settings, compiling);
      return compileConfiguration(change, settings, rules, ramp, compiling);
    });
  return [first, ...later];
};

const changed = (
  settings: Settings,
  { enabled, rolloutPercentage, onVariant, rules }: PlannedChange,
): Settings => ({
  ...settings,
  ...(enabled !== undefined && { enabled, enabledBy: 'schedule' }),
  ...(rolloutPercentage !== undefined && { rolloutPercentage, variantWeights: null, shareBy: 'schedule' }),
  ...(onVariant !== undefined && { onVariant, shareBy: 'schedule' }),
  ...(rules !== undefined && { rules }),
});

const compileConfiguration = (
  change: PlannedChange | undefined,
  settings: Settings,
  rules: readonly CompiledRule[],
  ramp: Ramp | undefined,
  { flag, off, faults }: Compiling,
): Configuration => ({
  fromMs: change === undefined ? -Infinity : Date.parse(change.at),
  change,
  disabled: settings.enabled ? undefined : decidedBy(settings.enabledBy, flag, off, { reason: 'DISABLED' }),
  rules,
  rollout: compileRollout(settings, flag, off, faults),
  ramp,
});

const compileRules = (
  { rules, onVariant }: Settings,
  path: readonly PropertyKey[],
  { flag, off, compilers, faults }: Compiling,
): CompiledRule[] =>
  rules.map((rule, index) => {
    const here = [...path, index];
    const condition = compileCondition(rule, compilers, here, faults);
    return { source: rule, condition, share: compileServe(rule, onVariant, flag, off, here, faults) };
  });

const compileServe = (
  { id, serve }: Rule,
  onVariant: string,
  flag: Flag,
  off: NamedValue,
  path: readonly PropertyKey[],
  faults: Fault[],
): Share => {
  const served =
    serve.variant === undefined
      ? servedBy(flag, onVariant, ['onVariant'], [])
      : servedBy(flag, serve.variant, [...path, 'serve', 'variant'], faults);
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

const compileRollout = (settings: Settings, flag: Flag, off: NamedValue, faults: Fault[]): Share => {
  const answer = rolloutAnswer(flag, settings.shareBy);
  const on = servedBy(flag, settings.onVariant, ['onVariant'], []);
  if (settings.variantWeights === null) {
    return simpleShare(settings.rolloutPercentage, on, off, answer);
  }
  const weights = Object.entries(settings.variantWeights)
    .sort(
      ([a], [b]) =>
        placeOf(a, settings.onVariant, off.variant) - placeOf(b, settings.onVariant, off.variant) ||
        (a < b ? -1 : 1),
    )
    .map(([variant, percentage]) => ({
      served: servedBy(flag, variant, ['variantWeights', variant], faults),
      percentage,
    }));
  return weightedShare(weights, off, answer);
};

/** On first and off last, so that weights of these two alone decide exactly as the simple percentage. */
const placeOf = (variant: string, onVariant: string, offVariant: string): number =>
  variant === onVariant ? 0 : variant === offVariant ? 2 : 1;

const compileRamp = (
  { at, until, rolloutPercentage }: PlannedChange,
  before: Settings,
  after: Settings,
  { flag, off }: Compiling,
): Ramp | undefined => {
  if (until === undefined || rolloutPercentage === undefined) {
    return undefined;
  }
  const answer = rolloutAnswer(flag, 'schedule');
  return {
    fromMs: Date.parse(at),
    toMs: Date.parse(until),
    start: bucketsIn(before.rolloutPercentage),
    end: bucketsIn(rolloutPercentage),
    inside: answer(servedBy(flag, after.onVariant, ['onVariant'], []), { reason: 'SPLIT' }),
    outside: answer(off, { reason: 'SPLIT' }),
  };
};
