import * as z from 'zod';
import { JsonValueSchema, withoutServerOwned } from './primitives';

/** What a condition may ask; the negative ones are the opposite of a positive one. */
export const OPERATORS = [
  'equals',
  'notEquals',
  'contains',
  'notContains',
  'matches',
  'greaterThan',
  'greaterThanOrEqual',
  'lessThan',
  'lessThanOrEqual',
  'in',
  'notIn',
  'before',
  'after',
  'startsWith',
  'endsWith',
  'exists',
  'semverEquals',
  'semverGreaterThan',
  'semverLessThan',
] as const;
export type Operator = (typeof OPERATORS)[number];

export const RULE_OPERATORS = ['AND', 'OR', 'NOT'] as const;
export type RuleOperator = (typeof RULE_OPERATORS)[number];

export const MAX_RULES = 200;
/** All conditions of a flag's rules together, nested ones included; of a segment likewise. */
export const MAX_CONDITIONS = 200;
/** Of those, how many may be regular expressions. */
export const MAX_PATTERNS = 20;
/** How deep rules may be nested, the outermost counted. */
export const MAX_RULE_DEPTH = 8;
/** Objects and lists in each other, of a rule with the values of its conditions. */
export const MAX_RULE_LEVELS = 20;

const name = z.string().max(200).nullable();
const description = z.string().max(2000).nullable();

export const RULE_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const RuleIdSchema = z
  .string()
  .regex(
    RULE_ID_PATTERN,
    'a rule id is 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit',
  );

/** Percent with at most three decimals. */
export const PercentageSchema = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => Math.round(value * 1000) / 1000 === value, 'a percentage has at most three decimals');

export const ConditionSchema = z.strictObject({
  /** Dotted path, as `email`, `client.appVersion` or a custom attribute's `plan.seats`. */
  attribute: z.string().min(1).max(256),
  operator: z.enum(OPERATORS),
  value: JsonValueSchema,
});
export type Condition = z.infer<typeof ConditionSchema>;

/** Conditions under one operator: AND all of them, OR any of them, NOT none of them. */
export type NestedRule = {
  id?: string | undefined;
  name?: string | null | undefined;
  description?: string | null | undefined;
  operator: RuleOperator;
  conditions: (Condition | NestedRule)[];
  /** A rule that is not enabled does not match. */
  enabled?: boolean | undefined;
};
export type RuleCondition = Condition | NestedRule;

export const RuleConditionSchema: z.ZodType<RuleCondition> = z.lazy(() =>
  z.union([ConditionSchema, NestedRuleSchema]),
);

const conditions = z.array(RuleConditionSchema).max(MAX_CONDITIONS);

const NestedRuleSchema: z.ZodType<NestedRule> = z.strictObject({
  id: RuleIdSchema.optional(),
  name: name.optional(),
  description: description.optional(),
  operator: z.enum(RULE_OPERATORS),
  conditions,
  enabled: z.boolean().optional(),
});

/** What a matching rule gives: by default the flag's on variant, to everybody it matches. */
export const ServeSchema = z.strictObject({
  variant: z.string().optional(),
  percentage: PercentageSchema.optional(),
});

export const RuleSchema = z.strictObject({
  id: RuleIdSchema,
  name,
  description,
  operator: z.enum(RULE_OPERATORS),
  conditions,
  enabled: z.boolean(),
  serve: ServeSchema,
});
/** A targeting rule of a flag. */
export type Rule = z.infer<typeof RuleSchema>;

/** A rule as a client sends it: the server gives what is left out. */
export const RuleRequestSchema = z.strictObject({
  id: RuleIdSchema.optional(),
  name: name.default(null),
  description: description.default(null),
  operator: z.enum(RULE_OPERATORS).default('AND'),
  conditions,
  enabled: z.boolean().default(true),
  serve: ServeSchema.default({}),
});
export type RuleRequest = z.infer<typeof RuleRequestSchema>;

/** Body of an endpoint for one rule. */
export const PutRuleRequestSchema = z.preprocess(withoutServerOwned, RuleRequestSchema);

/** The ids of all rules of a flag, in the order in which they are to be asked. */
export const OrderRulesRequestSchema = z.strictObject({ order: z.array(z.string()).max(MAX_RULES) });
