import { jsonPointer } from '../contract/json-pointer';
import { MAX_RULES, type Rule, type RuleRequest } from '../contract/rule';
import { type FieldError, FlagError, invalidField, refused } from '../errors';
import type { FlagRepository, NewId } from '../ports';
import type { Call } from './call';
import type { PointerOf } from './flag-faults';
import type { FlagWriter } from './flag-writer';
import { flagNotFound, ruleNotFound } from './not-found';

export interface RuleServiceParts {
  readonly writer: FlagWriter;
  readonly flags: FlagRepository;
  readonly newId: NewId;
}

/** The version is the flag's: a rule is a part of it and has none of its own. */
export interface VersionedRule {
  readonly rule: Rule;
  readonly version: number;
}

export interface VersionedRules {
  readonly rules: Rule[];
  readonly version: number;
}

/**
 * The place of a fault in the rule at `index` of the flag, as a place in a body that is that rule. What is wrong with
 * all rules together is that there are too many conditions.
 */
const inRule =
  (index: number): PointerOf =>
  ([first, second, ...rest]) => {
    if (first === 'rules' && second === undefined) {
      return '/conditions';
    }
    return first === 'rules' && second === index ? jsonPointer(rest) : '';
  };

const findRule = (rules: readonly Rule[], flagKey: string, ruleId: string): number => {
  const index = rules.findIndex(({ id }) => id === ruleId);
  if (index < 0) {
    throw ruleNotFound(flagKey, ruleId);
  }
  return index;
};

/** Why a list of ids is no order of the rules. */
const orderFaults = (rules: readonly Rule[], order: readonly string[]): FieldError[] => {
  const known = new Set(rules.map(({ id }) => id));
  const missing = [...known].filter((id) => !order.includes(id));
  return [
    ...order.flatMap((id, index): FieldError[] => {
      const pointer = `/order/${index}`;
      if (!known.has(id)) {
        return [{ pointer, code: 'unknown_rule', message: `there is no rule "${id.slice(0, 64)}"` }];
      }
      return order.indexOf(id) < index
        ? [{ pointer, code: 'duplicate_id', message: `the rule "${id}" is named twice` }]
        : [];
    }),
    ...missing.map((id) => ({
      pointer: '/order',
      code: 'missing_rule',
      message: `the rule "${id}" is not named`,
    })),
  ];
};

/** The targeting rules of a flag, one by one. Each write is a change of the flag, at the flag's version. */
export class RuleService {
  constructor(private readonly parts: RuleServiceParts) {}

  async list(environment: string, flagKey: string): Promise<VersionedRules> {
    const record = await this.parts.flags.read(environment, flagKey);
    if (record === undefined) {
      throw flagNotFound(flagKey);
    }
    return { rules: record.flag.rules, version: record.flag.version };
  }

  /** Adds the rule behind the others. */
  async add(call: Call, flagKey: string, request: RuleRequest): Promise<VersionedRule> {
    const { writer, newId } = this.parts;
    const rule: Rule = { ...request, id: request.id ?? newId() };
    const { version } = await writer.change(call, flagKey, { event: 'rule.created' }, ({ rules }) => {
      if (rules.some(({ id }) => id === rule.id)) {
        throw new FlagError('ALREADY_EXISTS', `The flag "${flagKey}" has a rule "${rule.id}" already.`);
      }
      if (rules.length >= MAX_RULES) {
        throw invalidField('', 'too_many_rules', `a flag has at most ${MAX_RULES} rules`);
      }
      return { fields: { rules: [...rules, rule] }, pointerOf: inRule(rules.length) };
    });
    return { rule, version };
  }

  /** Replaces the rule in its place; what the request leaves out takes its default. */
  async replace(call: Call, flagKey: string, ruleId: string, request: RuleRequest): Promise<VersionedRule> {
    if (request.id !== undefined && request.id !== ruleId) {
      throw invalidField('/id', 'immutable', 'the id in the body is not the id in the path');
    }
    const rule: Rule = { ...request, id: ruleId };
    const event = 'rule.updated';
    const { version } = await this.parts.writer.change(call, flagKey, { event }, ({ rules }) => {
      const index = findRule(rules, flagKey, ruleId);
      return { fields: { rules: rules.with(index, rule) }, pointerOf: inRule(index) };
    });
    return { rule, version };
  }

  /** Answers the flag's version after it. */
  async remove(call: Call, flagKey: string, ruleId: string): Promise<number> {
    const event = 'rule.deleted';
    const { version } = await this.parts.writer.change(call, flagKey, { event }, ({ rules }) => ({
      fields: { rules: rules.toSpliced(findRule(rules, flagKey, ruleId), 1) },
    }));
    return version;
  }

  /** `order` names each rule exactly once. */
  reorder(call: Call, flagKey: string, order: readonly string[]): Promise<VersionedRules> {
    const event = 'rule.reordered';
    return this.parts.writer
      .change(call, flagKey, { event }, ({ rules }) => {
        const errors = orderFaults(rules, order);
        if (errors.length > 0) {
          throw refused('INVALID_REQUEST', errors);
        }
        const byId = new Map(rules.map((rule) => [rule.id, rule]));
        return { fields: { rules: order.flatMap((id) => byId.get(id) ?? []) } };
      })
      .then(({ rules, version }) => ({ rules, version }));
  }
}
