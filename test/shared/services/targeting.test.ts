import type { UpdateFlagRequest } from '../../../shared/contract/flag';
import { aRule, isInGroup } from '../../support/a-rule';
import { ruledFlags } from '../../support/ruled-flags';
import { aCall, openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const { aFlag, patch, add, flagOf, given } = ruledFlags(() => world);
const idsOf = async (key: string) => (await flagOf(key)).rules.map(({ id }) => id);

describe('the rules of a flag', () => {
  it('decide as soon as they are written, in their order', async () => {
    const key = await aFlag({
      type: 'string',
      variants: { on: 'one', off: 'none', two: 'two' },
    });
    const { rule: first } = await add(key);
    const { rule: second } = await add(key, {
      conditions: [isInGroup('beta'), isInGroup('staff')],
      serve: { variant: 'two' },
    });
    expect([await given(key), await given(key, 'beta'), await given(key, 'beta', 'staff')]).toEqual([
      'none',
      'one',
      'one',
    ]);
    await world.container.rules.reorder(aCall(), key, [second.id, first.id]);
    expect(await given(key, 'beta', 'staff')).toBe('two');
    await world.container.rules.replace(aCall(), key, second.id, aRule({ enabled: false }));
    expect(await given(key, 'beta', 'staff')).toBe('one');
    await world.container.rules.remove(aCall(), key, first.id);
    expect(await given(key, 'beta', 'staff')).toBe('none');
  });

  it('keep the ids that they are given and get one where they have none', async () => {
    const key = await aFlag();
    expect((await add(key, { id: 'mine' })).rule.id).toBe('mine');
    const { rule } = await add(key);
    expect(await idsOf(key)).toEqual(['mine', rule.id]);
    await expect(add(key, { id: 'mine' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it('change nothing where they are sent again, with their ids or without', async () => {
    const key = await aFlag();
    const body = { rules: [aRule(), aRule({ name: 'second' }), aRule()] } as unknown as UpdateFlagRequest;
    const { version } = await patch(key, body);
    const ids = await idsOf(key);
    expect(new Set(ids).size).toBe(3);
    expect(await patch(key, body)).toMatchObject({ version });
    expect(await patch(key, { rules: (await flagOf(key)).rules })).toMatchObject({
      version,
    });
    await world.container.rules.reorder(aCall(), key, ids);
    await world.container.rules.replace(aCall(), key, ids[1]!, aRule({ name: 'second' }));
    expect(await flagOf(key)).toMatchObject({ version });
    expect(await idsOf(key)).toEqual(ids);
  });

  it('are written at the version of their flag', async () => {
    const key = await aFlag();
    const { rule, version } = await add(key);
    expect(version).toBe(2);
    const { rules } = world.container;
    const stale = aCall({ ifMatch: [1] });
    const refused = { code: 'VERSION_CONFLICT' };
    await expect(rules.add(stale, key, aRule())).rejects.toMatchObject(refused);
    await expect(rules.replace(stale, key, rule.id, aRule({ name: 'x' }))).rejects.toMatchObject(refused);
    await expect(rules.remove(stale, key, rule.id)).rejects.toMatchObject(refused);
    await expect(rules.reorder(stale, key, [rule.id])).rejects.toMatchObject(refused);
    expect(await rules.replace(aCall({ ifMatch: [2] }), key, rule.id, aRule({ name: 'x' }))).toMatchObject({
      version: 3,
    });
  });

  it('are all there after many were added at once', async () => {
    const key = await aFlag();
    const added = await Promise.all(
      Array.from({ length: 6 }, () => world.newContainer().rules.add(aCall(), key, aRule())),
    );
    expect(new Set(await idsOf(key))).toEqual(new Set(added.map(({ rule }) => rule.id)));
    expect(await flagOf(key)).toMatchObject({ version: 7 });
  });

  it('are not written on a dry run', async () => {
    const key = await aFlag();
    const dry = aCall({ dryRun: true });
    expect(await world.container.rules.add(dry, key, aRule())).toMatchObject({ version: 2 });
    await expect(
      world.container.rules.add(dry, key, aRule({ serve: { variant: 'x' } })),
    ).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(await idsOf(key)).toEqual([]);
  });
});

describe('an order of rules', () => {
  it('names each of them exactly once', async () => {
    const key = await aFlag();
    for (const id of ['a', 'b', 'c']) {
      await add(key, { id });
    }
    const reorder = (...order: string[]) => world.container.rules.reorder(aCall(), key, order);
    await expect(reorder('b', 'x', 'b')).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [
        { pointer: '/order/1', code: 'unknown_rule', message: 'there is no rule "x"' },
        { pointer: '/order/2', code: 'duplicate_id' },
        { pointer: '/order', code: 'missing_rule', message: 'the rule "a" is not named' },
        { pointer: '/order', code: 'missing_rule', message: 'the rule "c" is not named' },
      ],
    });
    expect((await reorder('c', 'a', 'b')).rules.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });
});

it('groups, user types and tiers say whom a flag is there for', async () => {
  const key = await aFlag({ rolloutPercentage: 100, groups: ['beta'], subscriptionTiers: ['gold'] });
  expect(await given(key, 'beta')).toBe(true);
  expect(await given(key, 'other')).toBeUndefined();
  await patch(key, { groups: [], subscriptionTiers: [] });
  expect(await given(key, 'other')).toBe(true);
});
