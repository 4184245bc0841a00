import { evaluateAll, evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { aContext, aFlag, anOverride, aQuestion, compiled } from './a-flag';

const question = aQuestion();

const flags = [
  aFlag({ key: 'new-search', rolloutPercentage: 30 }),
  aFlag({ key: 'retired', state: 'archived' }),
  aFlag({ key: 'banner', visibility: 'public' }),
  aFlag({ key: 'beta', enabled: false }),
].map((flag) => compiled(flag));

const overrides = new Map([
  ['beta', [anOverride({ flagKey: 'beta' })]],
  ['unheard-of', [anOverride({ flagKey: 'unheard-of' })]],
]);

it('gives each flag what it gives alone, in the order of the flags, without those that are absent', () => {
  const evaluations = evaluateAll(flags, overrides, question);

  expect(evaluations.map(({ key }) => key)).toEqual(['new-search', 'banner', 'beta']);
  expect(evaluations).toEqual(
    flags
      .map((flag) => evaluateFlag(flag, overrides.get(flag.key), question))
      .filter((evaluation) => evaluation !== undefined),
  );
});

it('gives an anonymous caller the public flags only', () => {
  const evaluations = evaluateAll(flags, overrides, aQuestion(aContext({ userId: undefined })));

  expect(evaluations.map(({ key }) => key)).toEqual(['banner']);
});

it('takes a malformed user id for an anonymous caller', () => {
  const evaluations = evaluateAll(flags, overrides, aQuestion(aContext({ userId: 'not a user' })));

  expect(evaluations.map(({ key }) => key)).toEqual(['banner']);
});

it('reads the flags from any iterable', () => {
  const byKey = new Map(flags.map((flag) => [flag.key, flag]));

  expect(evaluateAll(byKey.values(), overrides, question)).toHaveLength(3);
});
