import { putRuleRequest, removeRuleRequest, reorderRulesRequest } from '../../shared/contract/rule-requests';
import type { Operation } from '../operation';

const thePage = { description: 'The rules in their order.', body: 'RulePage', headers: ['ETag'] } as const;
const theRule = (description: string) => ({ description, body: 'Rule', headers: ['ETag'] }) as const;

export const ruleOperations = {
  'GET /api/admin/flags/{flagKey}/rules': {
    tag: 'Rules',
    summary: "List a flag's rules",
    description: 'All of them, in the order in which they are asked. `ETag` is the version of the flag.',
    answers: { 200: thePage },
    problems: ['FLAG_NOT_FOUND'],
  },
  'POST /api/admin/flags/{flagKey}/rules': {
    tag: 'Rules',
    summary: 'Add a rule behind the others',
    request: putRuleRequest,
    condition: 'If-Match',
    answers: {
      201: { ...theRule('The new rule.'), headers: ['ETag', 'Location'] },
      200: theRule('A dry run: the rule as it would be.'),
    },
    problems: ['FLAG_NOT_FOUND', 'ALREADY_EXISTS'],
  },
  'PUT /api/admin/flags/{flagKey}/rules': {
    tag: 'Rules',
    summary: "Bring a flag's rules into another order",
    request: reorderRulesRequest,
    condition: 'If-Match',
    answers: { 200: thePage },
    problems: ['FLAG_NOT_FOUND'],
  },
  'PUT /api/admin/flags/{flagKey}/rules/{ruleId}': {
    tag: 'Rules',
    summary: 'Replace a rule',
    description: 'What the body leaves out takes its default. The rule keeps its place.',
    request: putRuleRequest,
    condition: 'If-Match',
    answers: { 200: theRule('The changed rule.') },
    problems: ['FLAG_NOT_FOUND', 'RULE_NOT_FOUND'],
  },
  'DELETE /api/admin/flags/{flagKey}/rules/{ruleId}': {
    tag: 'Rules',
    summary: 'Remove a rule',
    request: removeRuleRequest,
    condition: 'If-Match',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['FLAG_NOT_FOUND', 'RULE_NOT_FOUND'],
  },
} as const satisfies Record<string, Operation>;
