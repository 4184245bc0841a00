import { FlagSchema } from '../../../shared/contract/flag';
import { compilers } from '../../../shared/composition/compilers';
import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { aQuestion } from './a-flag';
import { readVectors } from './read-vectors';

describe.each(readVectors())('vectors of $file', ({ vectors }) => {
  it.each(vectors)('$name', ({ flag, generation, overrides, context, nowMs, expected }) => {
    const { compiled } = compileFlag({ flag, generation }, compilers);
    const evaluation = compiled && evaluateFlag(compiled, overrides, aQuestion(context, { nowMs }));

    if (expected === undefined) {
      expect(evaluation).toBeUndefined();
    } else {
      expect(evaluation).toMatchObject(expected);
    }
  });

  it('hold flags of the stored form only, under names that tell them apart', () => {
    expect(vectors.filter(({ flag }) => !FlagSchema.safeParse(flag).success)).toEqual([]);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });
});
