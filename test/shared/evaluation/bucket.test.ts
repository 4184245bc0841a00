import { bucketOf, bucketsIn } from '../../../shared/evaluation/bucket';
import { buckets } from '../../vectors/buckets.json';
import { sha256 } from './sha256';

it.each(buckets)(
  'puts $userId on $flagKey into bucket $bucket',
  ({ userId, flagKey, sha256Prefix, bucket }) => {
    expect(sha256(`${userId}:${flagKey}`).slice(0, 8)).toBe(sha256Prefix);
    expect(bucketOf(userId, flagKey, sha256)).toBe(bucket);
  },
);

it('needs only the first 8 hex digits of the hash', () => {
  expect(bucketOf('somebody', 'some-flag', () => '17268380')).toBe(0);
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
