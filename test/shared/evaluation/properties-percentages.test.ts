import * as fc from 'fast-check';
import type { PlannedChange } from '../../../shared/contract/schedule';
import { BUCKET_COUNT, bucketOf } from '../../../shared/evaluation/bucket';
import { evaluateFlag } from '../../../shared/evaluation/evaluate-flag';
import { aContext, aFlag, aQuestion, compiled, evaluate, NOW_MS } from './a-flag';
import { flagKeys, percentages, userIds } from './arbitraries';
import { sha256 } from './sha256';

/** How far counts are from being all the same: the χ² statistic of `counts.length - 1` degrees of freedom. */
const chiSquare = (counts: readonly number[]): number => {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

const counted = (cells: number, places: readonly number[]): number[] => {
  const counts = new Array<number>(cells).fill(0);
  places.forEach((place) => {
    counts[place] = (counts[place] ?? 0) + 1;
  });
  return counts;
};

const uuids = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `user-${n}`);

// the same users each time: exceeded by one fair assignment in a thousand
const CHI_SQUARE_99 = 148.23;
const CHI_SQUARE_81 = 126.08;

describe.each([
  { kind: 'numbered UUIDs', users: uuids(20_000) },
  { kind: 'numbered names', users: names(20_000) },
])('$kind', ({ users }) => {
  it.each(['new-checkout', 'a', 'flag-1', 'flag-2', 'x'.repeat(128)])(
    'are spread evenly over the percents and the thousandths of %s',
    (key) => {
      const buckets = users.map((userId) => bucketOf(userId, key, sha256));

      expect(
        chiSquare(
          counted(
            100,
            buckets.map((bucket) => Math.floor(bucket / 1000)),
          ),
        ),
      ).toBeLessThan(CHI_SQUARE_99);
      expect(
        chiSquare(
          counted(
            100,
            buckets.map((bucket) => Math.floor((bucket % 1000) / 10)),
          ),
        ),
      ).toBeLessThan(CHI_SQUARE_99);
    },
  );

  it.each([
    ['flag-1', 'flag-2'],
    ['new-checkout', 'new-checkout-2'],
    ['a', 'b'],
    ['checkout', 'Checkout'],
  ])('have places on %s that say nothing of their places on %s', (one, other) => {
    const tenth = (userId: string, key: string) => Math.floor(bucketOf(userId, key, sha256) / 10_000);
    const cells = counted(
      100,
      users.map((userId) => tenth(userId, one) * 10 + tenth(userId, other)),
    );
    const total = (line: (cell: number) => boolean) =>
      cells.reduce((sum, count, cell) => sum + (line(cell) ? count : 0), 0);
    const statistic = cells.reduce((sum, count, cell) => {
      const rows = total((each) => Math.floor(each / 10) === Math.floor(cell / 10));
      const columns = total((each) => each % 10 === cell % 10);
      const expected = (rows * columns) / users.length;
      return sum + (count - expected) ** 2 / expected;
    }, 0);

    expect(statistic).toBeLessThan(CHI_SQUARE_81);
  });
});

it('notices a spread that is not even', () => {
  const skewed = names(20_000).map((_, n) => (n % 19 === 0 ? 0 : n % 100));

  expect(chiSquare(counted(100, skewed))).toBeGreaterThan(CHI_SQUARE_99);
});

it('gives weights of on and off exactly as the percentage of on', () => {
  fc.assert(
    fc.property(flagKeys, userIds, percentages, (key, userId, on) => {
      const variantWeights = { off: Math.round((100 - on) * 1000) / 1000, on };
      const question = aQuestion(aContext({ userId }));

      expect(evaluate(aFlag({ key, variantWeights }), [], question)).toEqual(
        evaluate(aFlag({ key, rolloutPercentage: on }), [], question),
      );
    }),
  );
});

/** Weights of up to six variants that sum to 100. */
const weights = fc.uniqueArray(fc.nat(BUCKET_COUNT), { maxLength: 5 }).map((cuts) => {
  const ends = [...cuts.toSorted((a, b) => a - b), BUCKET_COUNT];
  const given = ['off', 'b', 'a', 'on', 'Z', '1'].map((name, index) => {
    const share = index < ends.length ? (ends[index] ?? 0) - (ends[index - 1] ?? 0) : 0;
    return [name, share / 1000] as const;
  });
  return Object.fromEntries(given);
});

it('gives every user of weighted variants one that has weight', () => {
  const variants = Object.fromEntries(['on', 'off', 'a', 'b', 'Z', '1'].map((name) => [name, name]));
  fc.assert(
    fc.property(userIds, weights, (userId, variantWeights) => {
      const flag = aFlag({ type: 'string', variants, variantWeights });
      const evaluation = evaluate(flag, [], aQuestion(aContext({ userId })));

      expect(evaluation?.source === 'rollout' || evaluation?.source === 'default').toBe(true);
      expect(variantWeights[evaluation?.variant ?? '']).toBeGreaterThan(0);
    }),
  );
});

const ramps = fc
  .record({
    from: percentages,
    to: percentages,
    beginMs: fc.integer({ min: NOW_MS - 1000, max: NOW_MS }),
    lengthMs: fc.integer({ min: 0, max: 2000 }),
  })
  .map(({ from, to, beginMs, lengthMs }) => ({
    flag: aFlag({ rolloutPercentage: from }),
    isRising: to >= from,
    change: {
      id: 'ramp',
      at: new Date(beginMs).toISOString(),
      until: new Date(beginMs + lengthMs).toISOString(),
      rolloutPercentage: to,
    } satisfies PlannedChange,
  }));

const moments = fc.integer({ min: NOW_MS - 1100, max: NOW_MS + 2100 });

it('never turns back on a ramp', () => {
  fc.assert(
    fc.property(ramps, userIds, moments, moments, ({ flag, change, isRising }, userId, one, other) => {
      const ready = compiled(flag, { planned: [change] });
      const isOn = (nowMs: number) =>
        evaluateFlag(ready, [], aQuestion(aContext({ userId }), { nowMs }))?.value === true;
      const [earlier, later] = [isOn(Math.min(one, other)), isOn(Math.max(one, other))];

      expect(isRising ? earlier && !later : later && !earlier).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

it('keeps a ramp between its two ends', () => {
  fc.assert(
    fc.property(ramps, userIds, moments, ({ flag, change }, userId, nowMs) => {
      const question = aQuestion(aContext({ userId }), { nowMs });
      const value = (rolloutPercentage: number) =>
        evaluate(aFlag({ rolloutPercentage }), [], question)?.value;
      const given = evaluateFlag(compiled(flag, { planned: [change] }), [], question)?.value;

      expect([value(flag.rolloutPercentage), value(change.rolloutPercentage)]).toContain(given);
    }),
    { numRuns: 1000 },
  );
});
