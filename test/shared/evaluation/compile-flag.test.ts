import { compilers } from '../../../shared/composition/compilers';
import type { Flag } from '../../../shared/contract/flag';
import type { PlannedChange } from '../../../shared/contract/schedule';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { aFlag, compiled, GENERATION } from './a-flag';

const faultsOf = (fields: Partial<Flag>, planned?: readonly PlannedChange[]) => {
  const { compiled: ready, faults } = compileFlag(
    { flag: aFlag(fields), generation: GENERATION, planned },
    compilers,
  );
  expect(ready === undefined).toBe(faults.length > 0);
  return faults.map(({ path, code }) => ({ path: path.join('.'), code }));
};

const aRule = (fields: Partial<Flag['rules'][number]> = {}): Flag['rules'][number] => ({
  id: 'rule',
  name: null,
  description: null,
  operator: 'AND',
  conditions: [],
  enabled: true,
  serve: {},
  ...fields,
});

it('gives the same whatever order the storage gave the variants', () => {
  const variants = { on: true, off: false, also: true };
  const reversed = { also: true, off: false, on: true };

  expect(compiled(aFlag({ variants }))).toEqual(compiled(aFlag({ variants: reversed })));
});

it.each(['onVariant', 'offVariant'] as const)('takes for %s only what the flag itself has', (field) => {
  for (const variant of ['__proto__', 'constructor', 'toString', '']) {
    expect(faultsOf({ type: 'object', variants: { on: {}, off: {} }, [field]: variant })).toEqual([
      { path: field, code: 'unknown_variant' },
    ]);
  }
});

it('names a variant of another type once', () => {
  const other = { path: 'variants.on', code: 'type_mismatch' };
  const rules = [aRule({ serve: { variant: 'on' } })];

  expect(faultsOf({ variants: { on: 'text', off: false } })).toEqual([other]);
  expect(faultsOf({ variants: { on: null, off: false }, rules, variantWeights: { on: 100 } })).toEqual([
    other,
  ]);
});

it('refuses rules that serve what the flag does not have', () => {
  const rules = [aRule({ serve: { variant: 'off' } }), aRule({ id: 'b', serve: { variant: 'constructor' } })];

  expect(faultsOf({ rules })).toEqual([{ path: 'rules.1.serve.variant', code: 'unknown_variant' }]);
});

it('refuses weights of what the flag does not have', () => {
  expect(faultsOf({ variantWeights: { on: 50, gone: 50 } })).toEqual([
    { path: 'variantWeights.gone', code: 'unknown_variant' },
  ]);
});

it('says where in its rules a condition is wrong', () => {
  const wrong = aRule({ conditions: [{ attribute: 'email', operator: 'matches', value: '[' }] });

  expect(faultsOf({ rules: [aRule(), wrong] })).toEqual([
    { path: 'rules.1.conditions.0.value', code: 'invalid_pattern' },
  ]);
});

const at = '2026-03-01T12:00:00.000Z';

it('says which planned change is wrong, by its place in the list', () => {
  const planned: PlannedChange[] = [
    { id: 'late', at: '2027-01-01T00:00:00.000Z', onVariant: 'gone' },
    { id: 'early', at, rules: [aRule({ serve: { variant: 'gone' } })] },
  ];

  expect(faultsOf({}, planned)).toEqual([
    { path: 'planned.1.rules.0.serve.variant', code: 'unknown_variant' },
    { path: 'planned.0.onVariant', code: 'unknown_variant' },
  ]);
});

it.each([
  { what: 'no key', fields: { key: undefined }, fault: { path: 'key', code: 'invalid_type' } },
  { what: 'variants that are none', fields: { variants: null }, fault: { path: '', code: 'malformed' } },
])('names what was stored past the API: $what', ({ fields, fault }) => {
  expect(faultsOf(fields as never)).toContainEqual(fault);
});

it('refuses planned changes at times that are none', () => {
  expect(faultsOf({}, [{ id: 'never', at: 'soon', until: 'later', enabled: true }])).toEqual([
    { path: 'planned.0.at', code: 'invalid_time' },
    { path: 'planned.0.until', code: 'invalid_time' },
  ]);
});

it('does not say again of planned changes what is wrong with the flag itself', () => {
  const rules = [aRule({ serve: { variant: 'gone' } })];
  const planned: PlannedChange[] = [
    { id: 'one', at, onVariant: 'off' },
    { id: 'two', at, enabled: false },
  ];

  expect(faultsOf({ rules, variantWeights: { on: 99, none: 1 } }, planned)).toEqual([
    { path: 'rules.0.serve.variant', code: 'unknown_variant' },
    { path: 'variantWeights.none', code: 'unknown_variant' },
  ]);
});

it('leaves the flag and its planned changes as they are', () => {
  const flag = aFlag({ rules: [aRule()], variantWeights: { off: 50, on: 50 } });
  const planned: PlannedChange[] = [
    { id: 'late', at: '2027-01-01T00:00:00.000Z', enabled: false },
    { id: 'early', at, rules: [] },
  ];
  const before = structuredClone({ flag, planned });

  compiled(flag, { planned });

  expect({ flag, planned }).toEqual(before);
});
