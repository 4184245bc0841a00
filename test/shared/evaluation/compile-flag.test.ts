import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { compilers } from '../../../shared/composition/compilers';
import { aFlag, compiled, GENERATION } from './a-flag';

it('gives the same whatever order the storage gave the variants', () => {
  const variants = { on: true, off: false, also: true };
  const reversed = { also: true, off: false, on: true };

  expect(compiled(aFlag({ variants }))).toEqual(compiled(aFlag({ variants: reversed })));
});

it('takes for variants only what the flag itself has', () => {
  const flag = aFlag({ type: 'object', variants: { off: {} }, onVariant: '__proto__' });

  expect(compileFlag({ flag, generation: GENERATION }, compilers)).toMatchObject({
    compiled: undefined,
    faults: [{ path: ['onVariant'], code: 'unknown_variant' }],
  });
});

it('leaves the flag as it is', () => {
  const flag = aFlag();
  const before = structuredClone(flag);

  compiled(flag);

  expect(flag).toEqual(before);
});
