import { compilers } from '../../../shared/composition/compilers';
import { LAYERS, type LayerName } from '../../../shared/contract/explain';
import type { Flag } from '../../../shared/contract/flag';
import type { Rule, RuleCondition } from '../../../shared/contract/rule';
import type { PlannedChange } from '../../../shared/contract/schedule';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { type Explanation, explainAbsence, explainFlag } from '../../../shared/evaluation/explain-flag';
import { aContext, aFlag, anOverride, aQuestion, aRule, compiled, NOW_MS, USER_ID } from './a-flag';

const at = (ms: number): string => new Date(NOW_MS + ms).toISOString();

const detailOf = ({ layers }: Explanation, layer: LayerName): string | undefined =>
  layers.find((each) => each.layer === layer)?.detail;

const outcomes = ({ layers }: Explanation): Record<string, string[]> => ({
  matched: layers.filter(({ outcome }) => outcome === 'matched').map(({ layer }) => layer),
  shadowed: layers.filter(({ outcome }) => outcome === 'shadowed').map(({ layer }) => layer),
});

const explainRules = (rules: Rule[], known = {}, more = {}): string | undefined =>
  detailOf(
    explainFlag(compiled(aFlag({ rules })), [], aQuestion(aContext(known), { nowMs: NOW_MS, ...more })),
    'rule',
  );

const germans: RuleCondition = { attribute: 'country', operator: 'in', value: ['DE', 'AT'] };
const adults: RuleCondition = { attribute: 'age', operator: 'greaterThan', value: 17 };

const segments = new Map([
  [
    'adults',
    compileSegment({ operator: 'OR', conditions: [adults, { ...adults, attribute: 'years' }] }, compilers)
      .compiled,
  ],
]);

describe('the layers', () => {
  it('are twelve, in the order that people know them by', () => {
    const { layers } = explainFlag(compiled(aFlag()), [], aQuestion());
    expect(layers.map(({ layer }) => layer)).toEqual(LAYERS);
    expect(explainAbsence('gone').layers.map(({ layer }) => layer)).toEqual(LAYERS);
  });

  it('shadow what would have answered behind the one that decides', () => {
    const theirs = [anOverride({ kind: 'include' }), anOverride({ kind: 'exclude' })];
    const explanation = explainFlag(compiled(aFlag({ enabled: false })), theirs, aQuestion());

    expect(outcomes(explanation)).toEqual({
      matched: ['user exclusion'],
      shadowed: ['user inclusion', 'disabled', 'default'],
    });
    expect(explanation.result).toMatchObject({ variant: 'off', source: 'user exclusion' });
  });

  it('show the off variant to a caller whom the flag is not for', () => {
    const flag = compiled(aFlag({ groups: ['staff', 'beta'], subscriptionTiers: ['gold'] }));
    const explanation = explainFlag(flag, [], aQuestion(aContext({ groups: ['b'], subscription: 'free' })));

    expect(outcomes(explanation)).toEqual({ matched: ['group filter'], shadowed: ['default'] });
    expect(explanation.result).toMatchObject({ variant: 'off', source: 'group filter' });
    expect(detailOf(explanation, 'group filter')).toBe(
      'the flag is for groups "staff", "beta" or subscription tiers "gold"; the caller has groups "b", no user type, subscription "free"',
    );
  });

  it('give nothing of an archived flag, and what it would give otherwise as shadowed', () => {
    const flag = compiled(aFlag({ state: 'archived', killed: true }));
    const explanation = explainFlag(flag, [], aQuestion());

    expect(explanation.result).toBeUndefined();
    expect(outcomes(explanation)).toEqual({ matched: ['absent'], shadowed: ['killed', 'default'] });
    expect(detailOf(explanation, 'absent')).toBe('the flag is archived');
  });
});

describe('the detail of overrides', () => {
  it.each([
    ['without an end', anOverride({ kind: 'exclude' })],
    [`until ${at(1)}`, anOverride({ kind: 'exclude', expiresAtMs: NOW_MS + 1 })],
    [`that does not count: it expired at ${at(0)}`, anOverride({ kind: 'exclude', expiresAtMs: NOW_MS })],
    ['that does not count: it is disabled', anOverride({ kind: 'exclude', enabled: false })],
    [
      'that does not count: it was set on a former flag of this key',
      anOverride({ kind: 'exclude', generation: 'a-former-one' }),
    ],
    ['without an end, for the reason "he asked"', { ...anOverride({ kind: 'exclude' }), reason: 'he asked' }],
  ])('says of an exclusion: %s', (standing, override) => {
    const explanation = explainFlag(compiled(aFlag()), [override], aQuestion());
    expect(detailOf(explanation, 'user exclusion')).toBe(`the user has an exclusion ${standing}`);
  });

  it('shows a pinned value, and that it does not fit the flag', () => {
    const explain = (value: boolean | number) =>
      detailOf(
        explainFlag(compiled(aFlag()), [anOverride({ kind: 'value', value })], aQuestion()),
        'user override',
      );
    expect(explain(false)).toBe('the user has a value, false, without an end');
    expect(explain(3)).toBe('the user has a value, 3, that does not count: it is no boolean');
  });

  it('says of a device that it is not one of the user', () => {
    const explain = (deviceId?: string) =>
      detailOf(explainFlag(compiled(aFlag()), [], aQuestion(), deviceId), 'device override');
    expect(explain('phone-1')).toBe('"phone-1" is not known as a device of the user, so it is ignored');
    expect(explain()).toBe('no device was asked about');
  });
});

describe('the detail of rules', () => {
  it.each([
    [
      'a missing attribute',
      aRule({ conditions: [germans] }),
      'rule r1 does not match: /conditions/0: country in ["DE", "AT"], and there is none',
    ],
    [
      'the first that fails of several',
      aRule({ name: 'Adults', conditions: [adults, germans, { ...adults, value: 99 }] }),
      'rule r1 ("Adults") does not match: /conditions/1: country in ["DE", "AT"], and there is none',
    ],
    [
      'a nested rule',
      aRule({ conditions: [adults, { operator: 'AND', conditions: [adults, { ...adults, value: 50 }] }] }),
      'rule r1 does not match: /conditions/1/conditions/1: age greaterThan 50, and it is 34',
    ],
    [
      'alternatives',
      aRule({ operator: 'OR', conditions: [germans, { ...adults, value: 50 }] }),
      'rule r1 does not match: none of 2 alternatives holds, beginning with /conditions/0: country in ["DE", "AT"], and there is none',
    ],
    [
      'what must not hold',
      aRule({ operator: 'NOT', conditions: [germans, { operator: 'OR', conditions: [germans, adults] }] }),
      'rule r1 does not match: /conditions/1/conditions/1 holds: age greaterThan 17, and it is 34, and must not',
    ],
    ['a rule that is switched off', aRule({ enabled: false }), 'rule r1 does not match: it is not enabled'],
    [
      'a time',
      aRule({ conditions: [{ attribute: 'now', operator: 'after', value: '2100-01-01' }] }),
      `rule r1 does not match: /conditions/0: now after "2100-01-01", and it is ${at(0)}`,
    ],
    [
      'a long value',
      aRule({ conditions: [{ attribute: 'bio', operator: 'equals', value: { a: [1, 2, 3, 4, 5, 6, 7] } }] }),
      `rule r1 does not match: /conditions/0: bio equals {"a": [1, 2, 3, 4, 5, … 7 in all]}, and it is "${'x'.repeat(60)}…"`,
    ],
  ])('names %s', (_, rule, detail) => {
    expect(explainRules([rule], { custom: { age: 34, bio: 'x'.repeat(1000) } })).toBe(detail);
  });

  it('goes into the segments of a condition', () => {
    const inSegments = aRule({
      conditions: [{ attribute: 'segment', operator: 'in', value: ['adults', 'nobody'] }],
    });
    const outside = aRule({ conditions: [{ attribute: 'segment', operator: 'notIn', value: ['adults'] }] });

    expect(explainRules([inSegments], { custom: { age: 3 } }, { segments })).toBe(
      'rule r1 does not match: /conditions/0: segment in ["adults", "nobody"], and the caller is in none (not in "adults": none of 2 alternatives holds, beginning with /conditions/0: age greaterThan 17, and it is 3; there is no segment "nobody")',
    );
    expect(explainRules([outside], { custom: { age: 34 } }, { segments })).toBe(
      'rule r1 does not match: /conditions/0: segment notIn ["adults"], and the caller is in "adults"',
    );
  });

  it('says which matches, with its percentage and the bucket, and which would have behind it', () => {
    const rules = [aRule({ id: 'a', serve: { percentage: 0.5 } }), aRule({ id: 'b' })];
    expect(explainRules(rules)).toMatch(
      /^rule a matches: bucket \d+\.\d{3} of 100 is outside 0\.5 %: variant "off"; rule b would match too, but comes later$/,
    );
    expect(explainRules([aRule()])).toBe('rule r1 matches: everybody gets variant "on"');
    expect(explainRules([])).toBe('the flag has no rules');
  });
});

describe('the detail of percentages', () => {
  const explain = (flag: Partial<Flag>, userId: string | undefined = USER_ID) =>
    explainFlag(compiled(aFlag(flag)), [], aQuestion(aContext({ userId })));

  it('shows the bucket of the user against the percentage', () => {
    // SHA-256("user-1:new-checkout") begins with 55d899e0
    const u = 0x55d899e0;
    const bucket = `${u % 100}.${String(Math.floor(u / 100) % 1000).padStart(3, '0')}`;
    const explanation = explain({ key: 'new-checkout', rolloutPercentage: 30 }, 'user-1');
    expect(outcomes(explanation).matched).toEqual(['rollout']);
    expect(detailOf(explanation, 'rollout')).toContain(`bucket ${bucket} of 100 is `);
  });

  it('shows the weights of variants', () => {
    const variants = { on: 'a', off: 'b', third: 'c' };
    const variantWeights = { on: 12.5, third: 37.5, off: 50 };
    expect(detailOf(explain({ type: 'string', variants, variantWeights }), 'rollout')).toMatch(
      /^bucket \d+\.\d{3} of 100 is variant "(on|off|third)" \("on" from 0 % to 12\.5 %, "third" from 12\.5 % to 50 %, "off" from 50 % to 100 %\)$/,
    );
  });

  it('says that there is no user id to decide by', () => {
    const explanation = explainFlag(
      compiled(aFlag({ visibility: 'public', rolloutPercentage: 30 })),
      [],
      aQuestion(aContext({ userId: undefined })),
    );
    expect(detailOf(explanation, 'rollout')).toBe(
      'a percentage needs a user id to decide by, and there is none: variant "off"',
    );
  });
});

describe('the detail of planned changes', () => {
  const planned: PlannedChange[] = [
    { id: 'ramp', at: at(-1000), until: at(1000), rolloutPercentage: 50 },
    { id: 'end', at: at(5000), enabled: false },
  ];
  const flag = compiled(aFlag({ rolloutPercentage: 10 }), { planned });

  it('says which have come and which are next, and how far a percentage has moved', () => {
    const explanation = explainFlag(flag, [], aQuestion());
    expect(outcomes(explanation)).toEqual({ matched: ['schedule'], shadowed: [] });
    expect(detailOf(explanation, 'schedule')).toMatch(
      new RegExp(
        `^applied: "ramp" of ${at(-1000)} \\(rolloutPercentage 50 by ${at(1000)}\\); next: "end" of ${at(5000)} \\(enabled false\\); ` +
          `the percentage goes from 10 % at ${at(-1000)} to 50 % at ${at(1000)}; bucket \\S+ of 100 is (inside|outside) 30 %: variant "(on|off)"$`,
      ),
    );
  });

  it('counts a switch-off that was planned as the answer of the schedule', () => {
    const explanation = explainFlag(flag, [], aQuestion(aContext(), { nowMs: NOW_MS + 6000 }));
    expect(explanation.result).toMatchObject({ source: 'schedule', reason: 'DISABLED' });
    expect(outcomes(explanation)).toEqual({ matched: ['schedule'], shadowed: [] });
    expect(detailOf(explanation, 'disabled')).toBe('a planned change has switched the flag off');
  });
});
