import type { UserFlagOverride } from '../../../shared/evaluation/model';
import { aContext, aFlag, anOverride, aQuestion, evaluate, NOW_MS } from './a-flag';
import { sha256 } from './sha256';

it.each([
  { when: 'the flag is at 100 percent', flag: aFlag(), overrides: [], hashes: 0 },
  { when: 'the flag is at 0 percent', flag: aFlag({ rolloutPercentage: 0 }), overrides: [], hashes: 0 },
  {
    when: 'the flag is disabled',
    flag: aFlag({ enabled: false, rolloutPercentage: 30 }),
    overrides: [],
    hashes: 0,
  },
  {
    when: 'the flag is killed',
    flag: aFlag({ killed: true, rolloutPercentage: 30 }),
    overrides: [],
    hashes: 0,
  },
  {
    when: 'an override decides',
    flag: aFlag({ rolloutPercentage: 30 }),
    overrides: [anOverride({ kind: 'exclude' })],
    hashes: 0,
  },
  { when: 'the rollout decides', flag: aFlag({ rolloutPercentage: 30 }), overrides: [], hashes: 1 },
])('hashes $hashes times when $when', ({ flag, overrides, hashes }) => {
  const countedSha256 = jest.fn(sha256);

  evaluate(flag, overrides, aQuestion(aContext(), { sha256: countedSha256 }));

  expect(countedSha256).toHaveBeenCalledTimes(hashes);
});

it('does not hash for an anonymous caller', () => {
  const countedSha256 = jest.fn(sha256);
  const flag = aFlag({ visibility: 'public', rolloutPercentage: 30 });

  evaluate(flag, [], aQuestion(aContext({ userId: undefined }), { sha256: countedSha256 }));

  expect(countedSha256).not.toHaveBeenCalled();
});

it('takes the first override that counts when there are several of one kind', () => {
  const overrides = [
    anOverride({ kind: 'value', value: true, expiresAtMs: NOW_MS }),
    anOverride({ kind: 'value', value: false, expiresAtMs: NOW_MS + 1 }),
    anOverride({ kind: 'value', value: true }),
  ];

  const evaluation = evaluate(aFlag(), overrides);

  expect(evaluation).toMatchObject({ value: false, override: { kind: 'value', expiresAtMs: NOW_MS + 1 } });
});

it('ignores a number that is none, a kind it does not know and an expiry that is no time', () => {
  const flag = aFlag({ type: 'number', variants: { on: 1, off: 0 } });
  const overrides = [
    anOverride({ kind: 'value', value: Number.NaN }),
    anOverride({ kind: 'whatever' as UserFlagOverride['kind'] }),
    anOverride({ kind: 'exclude', expiresAtMs: Number.NaN }),
  ];

  expect(evaluate(flag, overrides)).toMatchObject({
    value: 1,
    source: 'default',
  });
});
