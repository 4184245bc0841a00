import type { Flag, FlagDefinition, FlagType, ReplaceFlagRequest } from '../contract/flag';
import { FLAG_TYPES, MAX_FLAG_BYTES } from '../contract/flag';
import { jsonPointer } from '../contract/json-pointer';
import type { JsonValue } from '../contract/primitives';
import { fitsType } from '../evaluation/fits-type';
import { type FieldError, FlagError, invalidField } from '../errors';
import { checkValueSchema } from './value-schema';

const MAX_REPORTED = 20;

const withDefaults = (key: string, type: FlagType, request: ReplaceFlagRequest): FlagDefinition => {
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
    rules: (request.rules ?? []).map((rule) => ({ ...rule, id: rule.id ?? '' })),
    groups: request.groups ?? [],
    userTypes: request.userTypes ?? [],
    subscriptionTiers: request.subscriptionTiers ?? [],
    visibility: request.visibility ?? 'authenticated',
    valueSchema: request.valueSchema ?? null,
    tags: request.tags ?? [],
    owner: request.owner ?? null,
  };
};

/** Parts of the schema that are accepted in their empty form only, until the feature behind them is there. */
const checkSupported = (flag: FlagDefinition): void => {
  const lists = ['rules', 'groups', 'userTypes', 'subscriptionTiers'] as const;
  const errors = [
    ...lists.filter((name) => flag[name].length > 0),
    ...(flag.variantWeights === null ? [] : ['variantWeights']),
  ].map((name): FieldError => ({
    pointer: jsonPointer([name]),
    code: 'not_supported',
    message: `${name} are not supported yet`,
  }));
  if (errors.length > 0) {
    throw new FlagError('INVALID_REQUEST', 'The flag uses what is not supported yet.', { errors });
  }
};

const typeOf = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

const checkVariants = ({ variants, type, onVariant, offVariant }: FlagDefinition): void => {
  const missing = (['onVariant', 'offVariant'] as const).filter(
    (role) => !Object.hasOwn(variants, role === 'onVariant' ? onVariant : offVariant),
  );
  if (missing.length > 0) {
    throw new FlagError('INVALID_REQUEST', 'The flag serves a variant that it does not have.', {
      errors: missing.map((role) => ({
        pointer: jsonPointer([role]),
        code: 'unknown_variant',
        message: `${role} names one of the variants: ${Object.keys(variants).join(', ')}`,
      })),
    });
  }
  const errors = Object.entries(variants)
    .filter(([, value]) => !fitsType(type, value))
    .map(([name, value]) => ({
      pointer: jsonPointer(['variants', name]),
      code: 'type_mismatch',
      message: `a value of a ${type} flag cannot be ${typeOf(value)}`,
    }));
  if (errors.length > 0) {
    throw new FlagError('INVALID_VALUE', 'A variant does not fit the type of the flag.', { errors });
  }
};

const checkSchema = ({ valueSchema, variants }: FlagDefinition): void => {
  if (valueSchema === null) {
    return;
  }
  const faults = checkValueSchema(valueSchema, variants);
  if (faults.schema.length > 0) {
    throw new FlagError('INVALID_REQUEST', 'valueSchema is not a usable JSON Schema.', {
      errors: faults.schema.slice(0, MAX_REPORTED),
    });
  }
  if (faults.values.length > 0) {
    throw new FlagError('INVALID_VALUE', 'A variant does not fit the valueSchema of the flag.', {
      errors: faults.values.slice(0, MAX_REPORTED),
    });
  }
};

/** A whole, consistent definition out of a request; `INVALID_REQUEST` or `INVALID_VALUE` names what is not. */
export const defineFlag = (key: string, type: FlagType, request: ReplaceFlagRequest): FlagDefinition => {
  const flag = withDefaults(key, type, request);
  checkSupported(flag);
  checkVariants(flag);
  checkSchema(flag);
  return flag;
};

/** Throws `PAYLOAD_TOO_LARGE` for a flag that would not fit its place. */
export const checkFlagSize = (flag: Flag): void => {
  const bytes = Buffer.byteLength(JSON.stringify(flag));
  if (bytes > MAX_FLAG_BYTES) {
    throw new FlagError(
      'PAYLOAD_TOO_LARGE',
      `A flag is at most ${String(MAX_FLAG_BYTES)} bytes of JSON, this is ${String(bytes)}.`,
    );
  }
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
