import {
  ConditionSchema,
  OrderRulesRequestSchema,
  PutRuleRequestSchema,
  RuleConditionSchema,
  RuleSchema,
  ServeSchema,
} from '../../shared/contract/rule';
import { pageSchema } from '../../shared/contract/primitives';
import { named } from '../named-schema';
import { pageFields } from './fields';

const rule = {
  operator: 'Puts the conditions together: all of them, any of them, or none of them.',
  enabled: 'A rule that is not enabled does not match.',
};

export const ruleSchemas = {
  RulePage: named(pageSchema(RuleSchema), 'Rules in the order in which they are asked.', pageFields),
  OrderRulesRequest: named(OrderRulesRequestSchema, 'An order of rules.', {
    order: 'The ids of all rules of the flag.',
  }),
  Condition: named(
    ConditionSchema,
    'Compares an attribute of the caller with a value.',
    {
      attribute:
        "A name or a dotted path, as `email`, `client.appVersion` or a custom attribute's `plan.seats`.",
    },
    { attribute: 'client.appVersion', operator: 'semverGreaterThan', value: '2.4.0' },
  ),
  RuleCondition: named(
    RuleConditionSchema,
    'A condition, or a rule that is nested: conditions under an operator.',
  ),
  Serve: named(ServeSchema, 'What a matching rule gives.', {
    variant: 'Left out: the on variant.',
    percentage: 'Of those whom the rule matches; the others get the off variant. Left out: all of them.',
  }),
  Rule: named(RuleSchema, 'A targeting rule of a flag.', rule),
  RuleRequest: named(PutRuleRequestSchema, 'A targeting rule; the server gives what is left out.', rule, {
    name: 'Beta testers',
    conditions: [{ attribute: 'groups', operator: 'contains', value: 'beta_testers' }],
    serve: { percentage: 50 },
  }),
};
