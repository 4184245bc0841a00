import { LRUCache } from '../../node_modules/lru-cache/dist/esm/index.js';
import { compilers } from '../../shared/composition/compilers';
import { sha256 } from '../../shared/composition/sha256';
import type { Flag } from '../../shared/contract/flag';
import { flagAttributes, parseFlagItem } from '../../shared/dynamodb/items';
import { contextOf } from '../../shared/evaluation/context';
import { evaluateAll, evaluateFlag, questionOf } from '../../shared/evaluation/evaluate-flag';
import type { Evaluation, EvaluationContext, UserFlagOverride } from '../../shared/evaluation/model';
import { applyRuleset } from '../../shared/services/apply-ruleset';
import type { Evaluator } from '../contender';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

/** The evaluation core as the functions run it: this file is bundled as they are. */

const ENVIRONMENT = 'production';
const GENERATION = 'bench';
const AT = '2026-01-01T00:00:00.000Z';

const flagOf = ({ key }: BenchFlag): Flag => ({
  key,
  environment: ENVIRONMENT,
  name: null,
  description: null,
  type: 'boolean',
  variants: { on: true, off: false },
  onVariant: 'on',
  offVariant: 'off',
  enabled: true,
  rolloutPercentage: PERCENTAGE,
  variantWeights: null,
  rules: [
    {
      id: 'first',
      name: null,
      description: null,
      operator: 'AND',
      conditions: [
        { attribute: 'country', operator: 'in', value: [...FIRST_RULE.countries] },
        { attribute: 'subscription', operator: 'equals', value: FIRST_RULE.subscription },
      ],
      enabled: true,
      serve: {},
    },
    {
      id: 'second',
      name: null,
      description: null,
      operator: 'AND',
      conditions: [{ attribute: 'email', operator: 'endsWith', value: SECOND_RULE.emailSuffix }],
      enabled: true,
      serve: {},
    },
  ],
  groups: [],
  userTypes: [],
  subscriptionTiers: [],
  visibility: 'authenticated',
  valueSchema: null,
  tags: [],
  owner: null,
  state: 'active',
  killed: false,
  version: 1,
  createdBy: 'bench',
  createdAt: AT,
  updatedBy: 'bench',
  updatedAt: AT,
});

/** By flag key. */
type OverridesByFlag = Map<string, UserFlagOverride[]>;
const NONE: OverridesByFlag = new Map();

/** Users whose overrides a container keeps, as in `shared/services/override-cache.ts`. */
const CACHED_USERS = 10_000;

/** By user id: what the table answers for each. */
const overridesByUser = (flags: readonly BenchFlag[]): ReadonlyMap<string, OverridesByFlag> => {
  const byUser = new Map<string, OverridesByFlag>();
  const add = (userId: string, flagKey: string, kind: 'include' | 'exclude'): void => {
    const byFlag = byUser.get(userId) ?? new Map<string, UserFlagOverride[]>();
    const override = { flagKey, generation: GENERATION, kind, enabled: true, expiresAtMs: null };
    byUser.set(userId, byFlag.set(flagKey, [...(byFlag.get(flagKey) ?? []), override]));
  };
  for (const { key, excluded, included } of flags) {
    excluded.forEach((userId) => {
      add(userId, key, 'exclude');
    });
    included.forEach((userId) => {
      add(userId, key, 'include');
    });
  }
  return byUser;
};

const load = (written: string): Evaluator<EvaluationContext> => {
  const items = JSON.parse(written) as Record<string, unknown>[];
  const { flags, segments } = applyRuleset(
    {
      version: 1,
      records: items.flatMap((item) => parseFlagItem(item) ?? []),
      segments: [],
      removed: [],
      removedSegments: [],
      corrupt: [],
      corruptSegments: [],
    },
    undefined,
    true,
    compilers,
  );
  let stored = overridesByUser([]);
  const cache = new LRUCache<string, OverridesByFlag>({ max: CACHED_USERS });
  // who has none is kept too, so a user is read once
  const overridesOf = (userId = ''): OverridesByFlag => {
    const cached = cache.get(userId);
    if (cached !== undefined) {
      return cached;
    }
    const read = stored.get(userId) ?? NONE;
    cache.set(userId, read);
    return read;
  };
  const question = (context: EvaluationContext) =>
    questionOf(context, { segments, nowMs: Date.now(), sha256 });
  return {
    readOverrides: (given) => {
      stored = overridesByUser(given);
      cache.clear();
    },
    one: (flagKey) => (context) => {
      const flag = flags.get(flagKey);
      const overrides = overridesOf(context.userId).get(flagKey);
      return flag !== undefined && evaluateFlag(flag, overrides, question(context))?.value === true;
    },
    all: (context) => evaluateAll(flags.values(), overridesOf(context.userId), question(context)),
    answersIn: (all) => new Map((all as Evaluation[]).map(({ key, value }) => [key, value === true])),
  };
};

serveContender<EvaluationContext>({
  contextOf: ({ userId, email, userType, subscription, country, region, ...client }) =>
    contextOf(ENVIRONMENT, { userId, email, userType, subscription, country, region, client }),
  write: (flags) =>
    JSON.stringify(
      flags.map((flag) => flagAttributes({ flag: flagOf(flag), generation: GENERATION }, 'change')),
    ),
  load,
});
