import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { aFlag, GENERATION } from './a-flag';

it('gives the same whatever order the storage gave the variants', () => {
  const variants = { on: true, off: false, also: true };
  const reversed = { also: true, off: false, on: true };

  expect(compileFlag({ flag: aFlag({ variants }), generation: GENERATION })).toEqual(
    compileFlag({ flag: aFlag({ variants: reversed }), generation: GENERATION }),
  );
});

it('takes for variants only what the flag itself has', () => {
  const flag = aFlag({ type: 'object', variants: { off: {} }, onVariant: '__proto__' });

  expect(compileFlag({ flag, generation: GENERATION })).toMatchObject({
    isAbsent: true,
    on: { value: null },
  });
});

it('leaves the flag as it is', () => {
  const flag = aFlag();
  const before = structuredClone(flag);

  compileFlag({ flag, generation: GENERATION });

  expect(flag).toEqual(before);
});
