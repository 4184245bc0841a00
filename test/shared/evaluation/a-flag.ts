import type { Flag } from '../../../shared/contract/flag';
import type { Rule } from '../../../shared/contract/rule';
import { compilers } from '../../../shared/composition/compilers';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { contextOf } from '../../../shared/evaluation/context';
import { evaluateFlag, questionOf } from '../../../shared/evaluation/evaluate-flag';
import type {
  CompiledFlag,
  Evaluation,
  EvaluationContext,
  Question,
  StoredFlag,
  UserFlagOverride,
} from '../../../shared/evaluation/model';
import defaults from '../../vectors/defaults.json';
import { sha256 } from './sha256';

/** The default flag of the vectors (boolean, enabled, at 100 percent), with some fields replaced. */
export const aFlag = (fields: Partial<Flag> = {}): Flag => ({ ...(defaults.flag as Flag), ...fields });

/** A rule that everybody matches, unless the fields say otherwise. */
export const aRule = (fields: Partial<Rule> = {}): Rule => ({
  id: 'r1',
  name: null,
  description: null,
  operator: 'AND',
  conditions: [],
  enabled: true,
  serve: {},
  ...fields,
});

/** An override that counts on {@link aFlag}, compiled with {@link GENERATION}, unless the fields say otherwise. */
export const anOverride = (fields: Partial<UserFlagOverride> = {}): UserFlagOverride => ({
  flagKey: defaults.override.flagKey,
  generation: defaults.override.generation,
  kind: 'include',
  enabled: true,
  expiresAtMs: null,
  ...fields,
});

export const GENERATION = defaults.generation;
export const USER_ID = defaults.context.userId;
export const NOW_MS = Date.parse(defaults.now);
const ENVIRONMENT = 'production';

/** The default caller of the vectors, with some of what is known of them replaced. */
export const aContext = (known: Partial<EvaluationContext> = {}): EvaluationContext =>
  contextOf(ENVIRONMENT, { userId: USER_ID, ...known });

export const aQuestion = (context = aContext(), more: Partial<Question> = {}): Question => ({
  ...questionOf(context, { segments: new Map(), nowMs: NOW_MS, sha256 }),
  ...more,
});

/** The flag made ready; fails where it cannot be. */
export const compiled = (flag: Flag, more: Partial<StoredFlag> = {}): CompiledFlag => {
  const { compiled: ready, faults } = compileFlag({ flag, generation: GENERATION, ...more }, compilers);
  if (ready === undefined) {
    throw new Error(`the flag cannot be compiled: ${JSON.stringify(faults)}`);
  }
  return ready;
};

/** What a flag gives; undefined where it is absent, or cannot be compiled. */
export const evaluate = (
  flag: Flag,
  overrides: readonly UserFlagOverride[] = [],
  question: Question = aQuestion(),
): Evaluation | undefined => {
  const { compiled: ready } = compileFlag({ flag, generation: GENERATION }, compilers);
  return ready && evaluateFlag(ready, overrides, question);
};
