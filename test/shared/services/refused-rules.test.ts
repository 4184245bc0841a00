import type { UpdateFlagRequest } from '../../../shared/contract/flag';
import type { JsonValue } from '../../../shared/contract/primitives';
import type { RuleRequest } from '../../../shared/contract/rule';
import { aRule, isInGroup, isInSegment, nestedIn } from '../../support/a-rule';
import { ruledFlags } from '../../support/ruled-flags';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const { aFlag, patch, add, flagOf, given } = ruledFlags(() => world);

describe('a rule that cannot be', () => {
  const conditions = (count: number) => Array.from({ length: count }, () => isInGroup('a'));
  const listsIn = (levels: number) =>
    ({
      attribute: 'plan',
      operator: 'equals',
      value: JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as JsonValue,
    }) as const;
  const matching = (value: string) => ({ attribute: 'email', operator: 'matches', value }) as const;
  it.each<[string, Partial<RuleRequest>, string, string]>([
    ['a variant that is none', { serve: { variant: 'x' } }, '/serve/variant', 'unknown_variant'],
    [
      'a value of another kind',
      { conditions: [isInGroup('a'), { ...isInGroup('a'), operator: 'before' }] },
      '/conditions/1/value',
      'invalid_value',
    ],
    [
      'a pattern that never ends elsewhere',
      { conditions: [matching('(?=a)')] },
      '/conditions/0/value',
      'invalid_pattern',
    ],
    [
      'a pattern that is too large',
      { conditions: [matching('(a{500}b{500}){2}')] },
      '/conditions/0/value',
      'invalid_pattern',
    ],
    [
      'a pattern that is too long',
      { conditions: [matching('a'.repeat(513))] },
      '/conditions/0/value',
      'invalid_pattern',
    ],
    [
      'an attribute in a prototype',
      { conditions: [{ ...isInGroup('a'), attribute: 'client.__proto__.x' }] },
      '/conditions/0/attribute',
      'invalid_attribute',
    ],
    ...['segment.x', 'now.x', 'email.domain', 'groups.length'].map(
      (attribute): [string, object, string, string] => [
        `a step into what has no attributes of its own: ${attribute}`,
        { conditions: [{ attribute, operator: 'exists', value: true }] },
        '/conditions/0/attribute',
        'invalid_attribute',
      ],
    ),
    [
      'a moment that is none',
      { conditions: [{ attribute: 'now', operator: 'equals', value: 1 }] },
      '/conditions/0/operator',
      'invalid_operator',
    ],
    ['a choice of nothing', { operator: 'OR', conditions: [] }, '/conditions', 'too_small'],
    [
      '201 conditions',
      { conditions: [{ operator: 'OR', conditions: conditions(101) }, ...conditions(100)] },
      '/conditions',
      'too_many_conditions',
    ],
    [
      '21 patterns',
      { conditions: Array.from({ length: 21 }, () => matching('a')) },
      '/conditions',
      'too_many_matches',
    ],
    [
      'three of the largest patterns',
      { conditions: Array.from({ length: 3 }, () => matching('[a-z]{400}')) },
      '/conditions',
      'too_many_pattern_instructions',
    ],
    ['rules nine deep', { conditions: [nestedIn(8, isInGroup('a'))] }, '/conditions/0'.repeat(8), 'too_deep'],
    [
      'a value that makes it 21 levels deep',
      { conditions: [isInGroup('a'), nestedIn(7, listsIn(4))] },
      `/conditions/1${'/conditions/0'.repeat(7)}/value`,
      'too_deep',
    ],
    ['a value of 18 levels', { conditions: [listsIn(18)] }, '/conditions/0/value', 'too_deep'],
    [
      'an id that two rules have',
      { id: 'a', conditions: [{ id: 'a', operator: 'AND', conditions: [] }] },
      '/conditions/0/id',
      'duplicate_id',
    ],
    [
      'a segment that is none',
      { conditions: [nestedIn(2, isInSegment('nobody'))] },
      '/conditions/0/conditions/0/conditions/0/value/0',
      'unknown_segment',
    ],
  ])('is refused for %s', async (_, rule, pointer, code) => {
    const key = await aFlag();
    await add(key);
    const refused = { code: 'INVALID_REQUEST', errors: [{ pointer, code }] };
    await expect(add(key, rule)).rejects.toMatchObject(refused);
    const { rules } = await flagOf(key);
    if (rule.id === undefined) {
      const replaced = world.container.rules.replace(aCall(), key, rules[0]!.id, aRule(rule));
      await expect(replaced).rejects.toMatchObject(refused);
    }
    const whole = { rules: [...rules, aRule(rule)] } as unknown as UpdateFlagRequest;
    const inFlag = code.startsWith('too_many') ? '/rules' : `/rules/1${pointer}`;
    await expect(patch(key, whole)).rejects.toMatchObject({ errors: [{ pointer: inFlag, code }] });
    expect(await flagOf(key)).toMatchObject({ version: 2 });
  });

  it('is told from one that is just possible', async () => {
    const key = await aFlag();
    const possible: Partial<RuleRequest> = {
      operator: 'OR',
      conditions: [nestedIn(7, isInGroup('beta')), ...conditions(199)],
    };
    await add(key, possible);
    await expect(add(key)).rejects.toMatchObject({
      errors: [
        {
          pointer: '/conditions',
          code: 'too_many_conditions',
          message: 'at most 200 conditions are possible in all rules of the flag, these are 201',
        },
      ],
    });
    expect(await given(key, 'beta')).toBe(true);
    const deepest = { conditions: [nestedIn(7, listsIn(3)), listsIn(17)] };
    await expect(add(await aFlag(), deepest)).resolves.toMatchObject({ rule: deepest });
  });

  it('is the 201st of a flag', async () => {
    const rules = Array.from({ length: 200 }, () => aRule({ conditions: [] }));
    const key = await aFlag({ rules });
    await expect(add(key, { conditions: [] })).rejects.toMatchObject({
      errors: [{ pointer: '', code: 'too_many_rules' }],
    });
  });

  it('is not there', async () => {
    const key = await aFlag();
    const { rules } = world.container;
    const notFound = { code: 'RULE_NOT_FOUND' };
    await expect(rules.replace(aCall(), key, 'x', aRule())).rejects.toMatchObject(notFound);
    await expect(rules.remove(aCall(), key, 'x')).rejects.toMatchObject(notFound);
    await expect(rules.list(ENVIRONMENT, 'no-such-flag')).rejects.toMatchObject({ code: 'FLAG_NOT_FOUND' });
  });
});
