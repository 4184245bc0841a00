import { sha256 as ofPlatform } from '../../../shared/composition/sha256';
import { bucketOf, bucketsIn, bucketSuffixOf } from '../../../shared/evaluation/bucket';
import { buckets } from '../../vectors/buckets.json';
import { sha256, sha256Hex } from './sha256';

it.each(buckets)(
  'puts $userId on $flagKey into bucket $bucket',
  ({ userId, flagKey, sha256Prefix, bucket }) => {
    expect(sha256Hex(`${userId}:${flagKey}`).slice(0, 8)).toBe(sha256Prefix);
    expect(bucketOf(userId, bucketSuffixOf(flagKey), sha256)).toBe(bucket);
  },
);

it('has the same hash from the platform as by the letter of its definition', () => {
  for (const text of ['', 'somebody:some-flag', 'ünïcode', 'x'.repeat(300)]) {
    expect(ofPlatform(text)).toBe(sha256(text));
  }
});

it.each([
  { percentage: 0, count: 0 },
  { percentage: 0.001, count: 1 },
  { percentage: 1.001, count: 1001 },
  { percentage: 33.333, count: 33_333 },
  { percentage: 100, count: 100_000 },
])(
  'gives $percentage percent $count buckets, whatever binary fractions make of it',
  ({ percentage, count }) => {
    expect(bucketsIn(percentage)).toBe(count);
  },
);
