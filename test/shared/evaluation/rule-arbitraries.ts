import * as fc from 'fast-check';
import type { JsonValue } from '../../../shared/contract/primitives';
import {
  OPERATORS,
  type Condition,
  type NestedRule,
  type Operator,
  type Rule,
  type RuleCondition,
} from '../../../shared/contract/rule';
import type { PlannedChange } from '../../../shared/contract/schedule';
import type { Segment } from '../../../shared/contract/segment';
import type { Attributes, EvaluationContext } from '../../../shared/evaluation/model';
import { aContext, NOW_MS } from './a-flag';
import { percentages, userIds } from './arbitraries';

const anyJson = fc.jsonValue() as fc.Arbitrary<JsonValue>;

const TEXTS = ['a', 'ab', 'Ab', 'é', 'e\u0301', '\ud83d', '5'];
const TIMES = ['2026-03-01', '2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00+01:00', '2024-02-29T23:59Z'];
const NUMBERS = [0, -0, 5, 5.5, -1, 5e-324, -1e308];
const VERSIONS = ['1.2.3', '1.2.3-rc.1', '1.2.3+build', '1.10.0', '0.0.1-alpha.1'];

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 5 });

const mostly = <Value>(often: fc.Arbitrary<Value>, seldom: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 6, arbitrary: often }, seldom);

const text = mostly(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }));
const number = mostly(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
const time = fc.oneof(fc.constantFrom<JsonValue>(...TIMES), fc.integer({ min: NOW_MS - 2, max: NOW_MS + 2 }));
const version = fc.constantFrom(...VERSIONS);
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(text, number, fc.boolean());
const pattern = fc.constantFrom('a', '^b', '[0-9]+$', '(?i)AB', '^$', '\\p{L}', '(a|b)*c?$', '.');

const anyValue = fc.oneof(anyJson, scalar, version, time, fc.constantFrom<JsonValue>('', null, [], {}));

/** Attributes by the kind of value that they mostly have. */
const KINDS = {
  text: text as fc.Arbitrary<JsonValue>,
  number: fc.oneof<fc.Arbitrary<JsonValue>[]>(number, fc.constantFrom('5', '5.50', '-1', '1e1', '５')),
  time,
  version: version as fc.Arbitrary<JsonValue>,
  list: fc.array(scalar, { maxLength: 3 }) as fc.Arbitrary<JsonValue>,
};
type Kind = keyof typeof KINDS;
const STRANGE_NAMES = ['constructor', 'toString', '__proto__', 'email', 'now', 'segment', 'a.b', ''];

const byKind: fc.Arbitrary<Attributes> = fc
  .tuple(
    fc.record(
      Object.fromEntries(Object.entries(KINDS).map(([kind, value]) => [kind, mostly(value, anyValue)])),
      { requiredKeys: ['text'] },
    ),
    fc.dictionary(fc.constantFrom(...STRANGE_NAMES), anyValue, { maxKeys: 2 }),
  )
  .map(([known, strange]) => ({ ...strange, ...known }) as Attributes);

const attributes: fc.Arbitrary<Attributes> = fc
  .tuple(byKind, byKind)
  .map(([outer, inner]) => ({ ...outer, inner: { ...inner } }));

/** Callers of whom anything is known. */
export const knownContexts: fc.Arbitrary<EvaluationContext> = fc
  .record({
    userId: maybe(userIds),
    email: maybe(text),
    groups: fc.array(fc.constantFrom('beta', 'a', 'staff'), { maxLength: 3 }),
    userType: maybe(text),
    subscription: maybe(fc.constantFrom('premium', 'a')),
    custom: attributes,
    environment: fc.constantFrom('production', 'staging'),
    country: maybe(fc.constantFrom('DE', 'a')),
    region: maybe(text),
    client: attributes,
    session: attributes,
    deviceId: maybe(fc.constantFrom('phone-1', 'phone-2')),
  })
  .map((known) => aContext(known));

type Asked = [Kind, fc.Arbitrary<JsonValue>];
const equal: Asked = [
  'text',
  mostly<JsonValue>(
    text,
    anyValue.filter((value) => value !== null),
  ),
];
const part: Asked = ['list', scalar.filter((value) => value !== '')];
const oneOf: Asked = ['text', fc.array(scalar, { maxLength: 4 })];

/** What kind of attribute an operator is for, and the values that its conditions can have. */
const ASKED: Record<Operator, Asked> = {
  equals: equal,
  notEquals: equal,
  contains: part,
  notContains: part,
  matches: ['text', pattern],
  greaterThan: ['number', number],
  greaterThanOrEqual: ['number', number],
  lessThan: ['number', number],
  lessThanOrEqual: ['number', number],
  in: oneOf,
  notIn: oneOf,
  before: ['time', time],
  after: ['time', time],
  startsWith: ['text', text],
  endsWith: ['text', text],
  exists: ['number', fc.boolean()],
  semverEquals: ['version', version],
  semverGreaterThan: ['version', version],
  semverLessThan: ['version', version],
};

const anyAttribute = fc.constantFrom(
  ...['userId', 'email', 'groups', 'userType', 'subscription', 'environment', 'country', 'region', 'client'],
  ...[
    'session.list',
    'text',
    'inner',
    'toString',
    'constructor',
    'constructor.prototype',
    'inner.text.length',
    'session.now',
  ],
);

/** Conditions with that operator that the compiler accepts. */
export const conditionsWith = (operator: Operator): fc.Arbitrary<Condition> => {
  const [kind, value] = ASKED[operator];
  const ofKind = fc.constantFrom<string>(kind, `inner.${kind}`, `client.${kind}`, `session.inner.${kind}`);
  return fc.record({ attribute: mostly(ofKind, anyAttribute), operator: fc.constant(operator), value });
};

const SEGMENT_KEYS = ['testers', 'staff', 'gone', 'constructor'] as const;

const onSegments: fc.Arbitrary<Condition> = fc.record({
  attribute: fc.constant('segment'),
  operator: fc.constantFrom('in' as const, 'notIn' as const),
  value: fc.array(fc.constantFrom(...SEGMENT_KEYS), { maxLength: 3 }),
});
const onNow: fc.Arbitrary<Condition> = fc.record({
  attribute: fc.constant('now'),
  operator: fc.constantFrom('before' as const, 'after' as const),
  value: time,
});
const onAttributes = fc.constantFrom(...OPERATORS).chain(conditionsWith);

const ruleOf = (condition: fc.Arbitrary<RuleCondition>): fc.Arbitrary<NestedRule> =>
  fc
    .record({
      operator: fc.constantFrom('AND' as const, 'OR' as const, 'NOT' as const),
      conditions: fc.array(condition, { maxLength: 3 }),
      enabled: fc.constantFrom(undefined, true, true, false),
    })
    .map((rule) => (rule.conditions.length === 0 ? { ...rule, operator: 'AND' } : rule));

const nesting = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<RuleCondition> =>
  fc.letrec<{ condition: RuleCondition }>((tie) => ({
    condition: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, ruleOf(tie('condition'))),
  })).condition;

/** Conditions and nested rules that the compiler accepts, of every operator. */
export const conditions = nesting(fc.oneof({ weight: 5, arbitrary: onAttributes }, onSegments, onNow));

export const segments: fc.Arbitrary<Record<string, Pick<Segment, 'operator' | 'conditions'>>> = fc.dictionary(
  fc.constantFrom(...SEGMENT_KEYS),
  fc.record({
    operator: fc.constantFrom('AND' as const, 'OR' as const, 'NOT' as const),
    conditions: fc.array(nesting(fc.oneof(onAttributes, onNow)), { minLength: 1, maxLength: 3 }),
  }),
  { maxKeys: 3 },
);

const serves = fc.record(
  { variant: fc.constantFrom('on', 'off'), percentage: percentages },
  { requiredKeys: [] },
);

/** Rules of a flag with variants on and off. */
export const rules: fc.Arbitrary<Rule> = fc
  .tuple(ruleOf(conditions), fc.stringMatching(/^[a-z0-9]{1,8}$/), fc.boolean(), serves)
  .map(([rule, id, enabled, serve]) => ({ ...rule, id, name: null, description: null, enabled, serve }));

const moments = fc.integer({ min: NOW_MS - 5, max: NOW_MS + 5 }).map((ms) => new Date(ms).toISOString());

/** Changes that do something at once. */
export const steps: fc.Arbitrary<PlannedChange> = fc.record(
  {
    id: fc.uuid(),
    at: moments,
    enabled: fc.boolean(),
    rolloutPercentage: percentages,
    onVariant: fc.constantFrom('on', 'off'),
    rules: fc.array(rules, { maxLength: 2 }),
  },
  { requiredKeys: ['id', 'at'] },
);

export const plannedChanges: fc.Arbitrary<PlannedChange> = fc
  .tuple(steps, maybe(moments))
  .map(([step, until]) => ({ ...step, ...(until !== undefined && { until }) }));
