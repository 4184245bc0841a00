import * as fc from 'fast-check';
import { FLAG_TYPES, type Flag } from '../../../shared/contract/flag';
import { OVERRIDE_KINDS } from '../../../shared/contract/override';
import type { JsonValue } from '../../../shared/contract/primitives';
import type { EvaluationContext, UserFlagOverride } from '../../../shared/evaluation/model';
import { aContext, aFlag, anOverride, GENERATION, NOW_MS } from './a-flag';

const jsonValue = fc.jsonValue() as fc.Arbitrary<JsonValue>;

export const userIds = fc.oneof(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9._@:+=-]{1,128}$/));

export const flagKeys = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/);

/** Percentages with three decimals, 0 and 100 among them. */
export const percentages = fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000);

const typedVariants = fc.constantFrom(
  { type: 'boolean' as const, variants: { on: true, off: false } },
  { type: 'string' as const, variants: { on: 'new', off: 'old' } },
  { type: 'number' as const, variants: { on: 1, off: 0 } },
  { type: 'object' as const, variants: { on: { color: 'green' }, off: {} } },
);

const switches = {
  enabled: fc.boolean(),
  killed: fc.boolean(),
  rolloutPercentage: percentages,
  state: fc.constantFrom('active' as const, 'archived' as const),
  visibility: fc.constantFrom('authenticated' as const, 'public' as const),
};

/** Flags that make sense, in every state. */
export const soundFlags: fc.Arbitrary<Flag> = fc
  .tuple(typedVariants, fc.record(switches))
  .map(([typed, fields]) => aFlag({ ...typed, ...fields }));

const variantNames = fc.constantFrom('on', 'off', 'a', '0', 'constructor', 'toString');

/** Flags whose fields need not go together: variants of any value, on and off variants that may not exist. */
export const anyFlags: fc.Arbitrary<Flag> = fc
  .record({
    ...switches,
    type: fc.constantFrom(...FLAG_TYPES),
    variants: fc.dictionary(variantNames, jsonValue, { minKeys: 1 }),
    onVariant: variantNames,
    offVariant: variantNames,
  })
  .map((fields) => aFlag(fields));

export const overrides: fc.Arbitrary<UserFlagOverride> = fc
  .record({
    flagKey: fc.constantFrom(aFlag().key, 'another-flag'),
    generation: fc.constantFrom(GENERATION, 'a-former-one'),
    kind: fc.constantFrom(...OVERRIDE_KINDS),
    value: fc.oneof(fc.constantFrom<JsonValue>(true, 'new', 1, { color: 'green' }), jsonValue),
    enabled: fc.boolean(),
    expiresAtMs: fc.constantFrom(null, NOW_MS - 1, NOW_MS, NOW_MS + 1),
  })
  .map((fields) => anOverride(fields));

export const contexts: fc.Arbitrary<EvaluationContext> = fc
  .record({
    userId: fc.option(fc.oneof(userIds, fc.string({ unit: 'binary', maxLength: 200 })), { nil: undefined }),
  })
  .map((known) => aContext(known));
