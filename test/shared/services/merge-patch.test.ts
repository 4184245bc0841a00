import type { UpdateFlagRequest } from '../../../shared/contract/flag';
import type { FlagError } from '../../../shared/errors';
import { aCall, openWorld, type World } from '../../support/world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.container.createFlag({ key: 'patched', type: 'object', variants: { on: { a: 1 }, off: {} } });
});
afterAll(() => world.stop());

const refusal = (patch: UpdateFlagRequest) =>
  world.container.flags.patch(aCall(), 'patched', patch).then(
    () => undefined,
    (error: unknown) => (error as FlagError).errors,
  );

describe('null in a patch', () => {
  it.each([
    [
      'a field that has no null',
      { tags: null },
      '/tags',
      'null is not allowed here; leave the field out to keep it, or PUT the flag without it for its default',
    ],
    [
      'a value',
      { variants: { on: { a: null } } },
      '/variants/on/a',
      'null is not allowed here; to store a null, PUT the flag',
    ],
    [
      'a weight',
      { variantWeights: { on: null } },
      '/variantWeights/on',
      'null is not allowed here; to take it away, PUT the flag without it',
    ],
  ])('is refused in %s, with what to do instead', async (_, patch, pointer, message) => {
    expect(await refusal(patch)).toEqual([{ pointer, code: 'not_nullable', message }]);
  });

  it.each([null, { inside: null }, 7])(
    'is not what is wrong with a field that there is none of: %j',
    async (nope) => {
      expect(await refusal({ nope })).toMatchObject([{ pointer: '/nope', code: 'unknown_field' }]);
    },
  );
});
