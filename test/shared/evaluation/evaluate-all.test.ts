import { compileFlag } from '../../../shared/evaluation/compile-flag';
import { evaluateAll } from '../../../shared/evaluation/evaluate-all';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { aFlag, anOverride, GENERATION, USER_ID } from './a-flag';
import { sha256 } from './sha256';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const context = { userId: USER_ID };

const flags = [
  aFlag({ key: 'new-search', rolloutPercentage: 30 }),
  aFlag({ key: 'retired', state: 'archived' }),
  aFlag({ key: 'banner', visibility: 'public' }),
  aFlag({ key: 'beta', enabled: false }),
].map((flag) => compileFlag({ flag, generation: GENERATION }));

const overrides = new Map([
  ['beta', [anOverride({ flagKey: 'beta' })]],
  ['unheard-of', [anOverride({ flagKey: 'unheard-of' })]],
]);

it('gives each flag what it gives alone, in the order of the flags, without those that are absent', () => {
  const evaluations = evaluateAll(flags, overrides, context, NOW_MS, sha256);

  expect(evaluations.map(({ key }) => key)).toEqual(['new-search', 'banner', 'beta']);
  expect(evaluations).toEqual(
    flags
      .map((flag) => evaluateFlag(flag, overrides.get(flag.key) ?? [], context, NOW_MS, sha256))
      .filter((evaluation) => evaluation !== undefined),
  );
});

it('gives an anonymous caller the public flags only', () => {
  const evaluations = evaluateAll(flags, overrides, { userId: undefined }, NOW_MS, sha256);

  expect(evaluations.map(({ key }) => key)).toEqual(['banner']);
});

it('takes a malformed user id for an anonymous caller', () => {
  const evaluations = evaluateAll(flags, overrides, { userId: 'not a user' }, NOW_MS, sha256);

  expect(evaluations.map(({ key }) => key)).toEqual(['banner']);
});

it('reads the flags from any iterable', () => {
  const byKey = new Map(flags.map((flag) => [flag.key, flag]));

  expect(evaluateAll(byKey.values(), overrides, context, NOW_MS, sha256)).toHaveLength(3);
});
