import { FlagSchema } from '../../../shared/contract/flag';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { readVectors } from './read-vectors';
import { sha256 } from './sha256';

describe.each(readVectors())('vectors of $file', ({ vectors }) => {
  it.each(vectors)('$name', ({ flag, generation, overrides, context, nowMs, expected }) => {
    const compiled = compileFlag({ flag, generation });

    expect(evaluateFlag(compiled, overrides, context, nowMs, sha256)).toStrictEqual(expected);
  });

  it('hold flags of the stored form only, under names that tell them apart', () => {
    expect(vectors.filter(({ flag }) => !FlagSchema.safeParse(flag).success)).toEqual([]);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });
});
