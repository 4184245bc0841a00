import { switchParameter } from './parameters';
import { OrderRulesRequestSchema, PutRuleRequestSchema } from './rule';

/** What the routes of a flag's rules take: query parameters besides `environment`, and the body. */

const dryRun = { dryRun: switchParameter };

export const putRuleRequest = { query: dryRun, body: PutRuleRequestSchema };

export const removeRuleRequest = { query: dryRun };

export const reorderRulesRequest = { query: dryRun, body: OrderRulesRequestSchema };
