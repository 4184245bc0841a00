import type { Condition, RuleCondition, RuleRequest } from '../../shared/contract/rule';

export const isInGroup = (group: string): Condition => ({
  attribute: 'groups',
  operator: 'contains',
  value: group,
});

export const isInSegment = (...keys: string[]): Condition => ({
  attribute: 'segment',
  operator: 'in',
  value: keys,
});

/** A rule as a request has it after it was parsed; it serves the on variant to the group `beta`. */
export const aRule = (rule: Partial<RuleRequest> = {}): RuleRequest => ({
  name: null,
  description: null,
  operator: 'AND',
  conditions: [isInGroup('beta')],
  enabled: true,
  serve: {},
  ...rule,
});

/** A condition inside `depth` rules. */
export const nestedIn = (depth: number, condition: RuleCondition): RuleCondition =>
  depth === 0 ? condition : { operator: 'OR', conditions: [nestedIn(depth - 1, condition)] };
