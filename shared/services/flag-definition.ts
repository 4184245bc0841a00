import { isDeepStrictEqual } from 'node:util';
import {
  FLAG_TYPES,
  type Flag,
  type FlagDefinition,
  type FlagType,
  type ReplaceFlagRequest,
} from '../contract/flag';
import type { Rule, RuleRequest } from '../contract/rule';
import { invalidField } from '../errors';
import type { NewId } from '../ports';

/**
 * Rules that came without an id get one. Where the flag has the same rule already it is that rule's, so that sending a
 * definition again changes nothing.
 */
const withIds = (rules: readonly RuleRequest[], current: readonly Rule[], newId: NewId): Rule[] => {
  const given = new Set(rules.map(({ id }) => id));
  const free = current.filter(({ id }) => !given.has(id));
  return rules.map((rule) => {
    if (rule.id !== undefined) {
      return { ...rule, id: rule.id };
    }
    const same = free.findIndex((other) => isDeepStrictEqual({ ...rule, id: other.id }, other));
    const [taken] = same < 0 ? [] : free.splice(same, 1);
    return { ...rule, id: taken?.id ?? newId() };
  });
};

/** A whole definition out of a request; whether it holds together is told by `checkFlag`. */
export const defineFlag = (
  key: string,
  type: FlagType,
  request: ReplaceFlagRequest,
  current: readonly Rule[],
  newId: NewId,
): FlagDefinition => {
  if (request.variants === undefined && type !== 'boolean') {
    throw invalidField('/variants', 'required', `a flag of type ${type} names its variants`);
  }
  return {
    key,
    type,
    name: request.name ?? null,
    description: request.description ?? null,
    variants: request.variants ?? { on: true, off: false },
    onVariant: request.onVariant ?? 'on',
    offVariant: request.offVariant ?? 'off',
    enabled: request.enabled ?? false,
    rolloutPercentage: request.rolloutPercentage ?? 100,
    variantWeights: request.variantWeights ?? null,
    rules: withIds(request.rules ?? [], current, newId),
    groups: request.groups ?? [],
    userTypes: request.userTypes ?? [],
    subscriptionTiers: request.subscriptionTiers ?? [],
    visibility: request.visibility ?? 'authenticated',
    valueSchema: request.valueSchema ?? null,
    tags: request.tags ?? [],
    owner: request.owner ?? null,
  };
};

/** A flag keeps its key and type for life. */
export const checkIdentity = (current: Flag, request: { key?: string; type?: string }): void => {
  if (request.key !== undefined && request.key !== current.key) {
    throw invalidField('/key', 'immutable', 'the key in the body is not the key in the path');
  }
  if (request.type !== undefined && request.type !== current.type) {
    throw invalidField(
      '/type',
      'immutable',
      `the type of a flag never changes; this one is ${current.type}, of ${FLAG_TYPES.join(', ')}`,
    );
  }
};
