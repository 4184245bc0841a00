import { composeExplainService } from '../../shared/composition/explain-service';
import type { ExplainRequest, ExplainResponse, LayerName } from '../../shared/contract/explain';
import type { Rule, RuleCondition } from '../../shared/contract/rule';
import type { PoolUser } from '../../shared/ports';
import { ENVIRONMENT, pause, type World } from './world';

/** A user pool that knows these people. */
const poolOf = (users: Readonly<Record<string, PoolUser>>) => ({
  find: async (userId: string) => users[userId],
});

export const explainIn =
  (world: () => World, users: Readonly<Record<string, PoolUser>> = {}) =>
  (flagKey: string, request: ExplainRequest): Promise<ExplainResponse> =>
    composeExplainService(world().config, poolOf(users)).explain(ENVIRONMENT, flagKey, request);

export const matchedBy = ({ layers }: ExplainResponse): LayerName[] =>
  layers.filter(({ outcome }) => outcome === 'matched').map(({ layer }) => layer);

export const detailOf = ({ layers }: ExplainResponse, name: LayerName): string | undefined =>
  layers.find(({ layer }) => layer === name)?.detail;

/** A rule `r` on one condition. */
export const ruleOn = (condition: RuleCondition): Rule => ({
  id: 'r',
  name: null,
  description: null,
  operator: 'AND',
  conditions: [condition],
  enabled: true,
  serve: {},
});

/** A moment that lies behind all that has happened and before all that will. */
export const momentBetween = async (): Promise<string> => {
  await pause(5);
  const at = new Date().toISOString();
  await pause(5);
  return at;
};
