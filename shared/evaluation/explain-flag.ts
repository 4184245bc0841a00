import type { ExplainedLayer, LayerName, LayerOutcome } from '../contract/explain';
import { configurationAt } from './configuration-at';
import { describeAudience } from './describe-audience';
import { describeDeviceOverrides, describeOverrides, type ExplainedOverride } from './describe-overrides';
import { describePlanned } from './describe-planned';
import { describeRules } from './describe-rules';
import { describeRollout } from './describe-share';
import type { CompiledFlag, Evaluation, Question, Subject } from './model';
import { RESOLUTION_ORDER } from './resolution-order';

/** What a flag gives a caller, and what each layer had to say. */
export interface Explanation {
  /** Undefined where the flag is absent; a group filter gives the off variant, though the caller sees nothing. */
  readonly result: Evaluation | undefined;
  readonly layers: ExplainedLayer[];
}

/** What the layers are described from. */
interface Asked {
  readonly subject: Subject;
  readonly question: Question;
  /** The device that was asked about, the user's own or not. */
  readonly deviceId: string | undefined;
  /** What each layer answered, by the source of its answer. */
  readonly answers: ReadonlyMap<LayerName, Evaluation | 'absent'>;
}

/** The names that the layers of the resolution order have among people: the last one has three. */
const NAMES: readonly LayerName[] = RESOLUTION_ORDER.flatMap(({ name }): LayerName[] =>
  name === 'rollout' ? ['schedule', 'rollout', 'default'] : [name],
);

const DESCRIBE: Readonly<Record<LayerName, (asked: Asked) => string>> = {
  absent: ({ subject: { flag }, question }) => {
    if (flag.isArchived) {
      return 'the flag is archived';
    }
    return !question.context.isSignedIn && !flag.isPublic
      ? 'the caller is anonymous, and the flag is for signed-in users'
      : `the flag is active, and ${flag.isPublic ? 'public' : 'the caller is signed in'}`;
  },
  killed: ({ subject: { flag } }) =>
    flag.killed === undefined
      ? 'the flag is not killed'
      : 'the flag is killed: off for everybody until it is revived',
  'user exclusion': ({ subject, question }) => describeOverrides('exclude', subject, question),
  'device override': ({ subject, question, deviceId }) =>
    describeDeviceOverrides(subject, question, deviceId),
  'user override': ({ subject, question }) => describeOverrides('value', subject, question),
  'user inclusion': ({ subject, question }) => describeOverrides('include', subject, question),
  'group filter': ({ subject: { flag }, question }) => describeAudience(flag.audience, question.context),
  disabled: ({ subject: { configuration } }) => {
    if (configuration.disabled === undefined) {
      return 'the flag is enabled';
    }
    return configuration.disabled.source === 'schedule'
      ? 'a planned change has switched the flag off'
      : 'the flag is not enabled';
  },
  rule: ({ subject, question }) => describeRules(subject, question),
  schedule: ({ subject: { flag, configuration }, question, answers }) =>
    [
      describePlanned(flag, question.nowMs),
      configuration.disabled?.source === 'schedule' && 'the flag is switched off by it',
      configuration.disabled?.source !== 'schedule' && rolloutText('schedule', answers, flag, question),
    ]
      .filter((part) => typeof part === 'string')
      .join('; '),
  rollout: ({ subject: { flag }, question, answers }) =>
    rolloutText('rollout', answers, flag, question) ??
    (answers.has('default')
      ? 'no percentage has to decide: everybody gets the same'
      : 'a planned change has set what decides'),
  default: ({ subject: { flag }, question, answers }) =>
    rolloutText('default', answers, flag, question) ??
    (answers.has('rollout') ? 'a percentage decides' : 'a planned change has set what decides'),
};

const rolloutText = (
  source: 'schedule' | 'rollout' | 'default',
  answers: Asked['answers'],
  flag: CompiledFlag,
  question: Question,
): string | undefined => {
  const given = answers.get(source);
  return given === undefined || given === 'absent'
    ? undefined
    : describeRollout(flag, configurationAt(flag, question.nowMs), given, question);
};

/** What each layer answers, by the source of its answer: the first decides, and those behind it would have. */
export const answersOf = (
  subject: Subject,
  question: Question,
): ReadonlyMap<LayerName, Evaluation | 'absent'> => {
  const answers = new Map<LayerName, Evaluation | 'absent'>();
  for (const { ask } of RESOLUTION_ORDER) {
    const answer = ask(subject, question);
    const layer = answer === 'absent' ? answer : answer?.source;
    if (answer !== undefined && layer !== undefined && !answers.has(layer)) {
      answers.set(layer, answer);
    }
  }
  return answers;
};

/**
 * Asks every layer, not only up to the first that answers. An answer counts for the layer that is its source: what a
 * planned change has switched off stands at `schedule`. `deviceId` is the device that was asked about, known or not.
 */
export const explainFlag = (
  flag: CompiledFlag,
  overrides: readonly ExplainedOverride[],
  question: Question,
  deviceId?: string,
): Explanation => {
  const subject = { flag, configuration: configurationAt(flag, question.nowMs), overrides };
  const answers = answersOf(subject, question);
  const asked: Asked = { subject, question, deviceId, answers };
  const [decisive] = answers;
  const outcomeOf = (layer: LayerName): LayerOutcome =>
    layer === decisive?.[0] ? 'matched' : answers.has(layer) ? 'shadowed' : 'skipped';
  const layers = NAMES.map((layer) => ({
    layer,
    outcome: outcomeOf(layer),
    detail: DESCRIBE[layer](asked),
  }));
  const result = decisive?.[1];
  return { result: result === 'absent' ? undefined : result, layers };
};

/** The explanation of a flag that is there for nobody, for the reason `detail`. */
export const explainAbsence = (detail: string): Explanation => ({
  result: undefined,
  layers: NAMES.map((layer) => ({
    layer,
    outcome: layer === 'absent' ? 'matched' : 'skipped',
    detail: layer === 'absent' ? detail : 'there is no flag to ask',
  })),
});
