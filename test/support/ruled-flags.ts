import { randomUUID } from 'node:crypto';
import type { UpdateFlagRequest } from '../../shared/contract/flag';
import type { RuleRequest } from '../../shared/contract/rule';
import { contextOf } from '../../shared/evaluation/context';
import { aRule } from './a-rule';
import { aCall, aUserId, ENVIRONMENT, type World } from './world';

/** What the tests of rules do with flags of a world. */
export const ruledFlags = (world: () => World) => {
  const flagOf = (key: string) => world().container.flags.get(ENVIRONMENT, key);
  return {
    flagOf,
    /** A flag that is on for nobody but those whom its rules catch. */
    aFlag: async (fields: Record<string, unknown> = {}): Promise<string> => {
      const key = `ruled-${randomUUID()}`;
      await world().container.createFlag({ key, enabled: true, rolloutPercentage: 0, ...fields });
      return key;
    },
    patch: (key: string, body: UpdateFlagRequest) => world().container.flags.patch(aCall(), key, body),
    add: (key: string, rule: Partial<RuleRequest> = {}) =>
      world().container.rules.add(aCall(), key, aRule(rule)),
    /** What a container that knows nothing yet gives a user of these groups. */
    given: async (key: string, ...groups: string[]): Promise<unknown> => {
      const context = contextOf(ENVIRONMENT, { userId: aUserId(), groups });
      const { evaluations } = await world().newContainer().evaluation.evaluate(context);
      return evaluations.find((each) => each.key === key)?.value;
    },
  };
};
