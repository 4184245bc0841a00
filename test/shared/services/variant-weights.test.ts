import type { UpdateFlagRequest } from '../../../shared/contract/flag';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

let made = 0;
const aFlag = async (fields: Record<string, unknown>): Promise<string> => {
  made += 1;
  const key = `weighted-${made}`;
  await world.container.createFlag({ key, enabled: true, ...fields });
  return key;
};
const patch = (key: string, body: UpdateFlagRequest) => world.container.flags.patch(aCall(), key, body);
const flagOf = (key: string) => world.container.flags.get(ENVIRONMENT, key);

describe('weights', () => {
  const three = { type: 'string', variants: { on: 'a', off: 'b', third: 'c' } } as const;

  it('sum to exactly 100, in thousandths', async () => {
    const key = await aFlag({ ...three, variantWeights: { on: 33.333, off: 33.333, third: 33.334 } });
    expect(await patch(key, { variantWeights: { on: 0.1, off: 0.2, third: 99.7 } })).toMatchObject({
      version: 2,
    });
    for (const weights of [{ on: 0.2 }, { on: 0.099 }]) {
      await expect(patch(key, { variantWeights: weights })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ pointer: '/variantWeights', code: 'not_100' }],
      });
    }
    await expect(patch(key, { variantWeights: { fourth: 0 } })).rejects.toMatchObject({
      errors: [{ pointer: '/variantWeights/fourth', code: 'unknown_variant' }],
    });
  });

  it('go where a patch names a percentage in their place, and stay where it repeats them', async () => {
    const key = await aFlag({ ...three, variantWeights: { on: 50, third: 50 } });
    const flag = await flagOf(key);
    expect(await patch(key, flag)).toMatchObject({ version: 1 });
    expect(await patch(key, { rolloutPercentage: 10 })).toMatchObject({
      variantWeights: null,
      rolloutPercentage: 10,
    });
    expect(await patch(key, { variantWeights: null })).toMatchObject({ version: 2 });
    expect(await patch(key, { variantWeights: { on: 10, off: 90 } })).toMatchObject({ version: 3 });
    await expect(patch(key, { variantWeights: null })).rejects.toMatchObject({
      errors: [{ pointer: '/variantWeights', code: 'not_nullable' }],
    });
    const put = { ...(await flagOf(key)), variantWeights: null };
    expect(await world.container.flags.replace(aCall(), key, put)).toMatchObject({ variantWeights: null });
  });

  it('go with the variants that a patch takes away', async () => {
    const key = await aFlag({ ...three, variantWeights: { on: 50, third: 50 } });
    await expect(patch(key, { variants: { third: null } })).rejects.toMatchObject({
      errors: [{ pointer: '/variantWeights', code: 'not_100' }],
    });
    expect(await patch(key, { variants: { third: null }, variantWeights: { off: 50 } })).toMatchObject({
      variantWeights: { on: 50, off: 50 },
    });
  });
});
