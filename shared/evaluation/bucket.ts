import type { Sha256 } from './model';

/** Buckets are numbered 0..99999: thousandths of a percent. */
export const BUCKET_COUNT = 100_000;

/** What stands behind a user id in the text whose hash is the user's bucket on the flag. */
export const bucketSuffixOf = (flagKey: string): string => `:${flagKey}`;

/**
 * The bucket of a user on a flag, from `u`, the first 8 hex digits of SHA-256("<userId>:<flagKey>").
 * Its whole percent is `u % 100`, so that a whole percentage p holds exactly the users with `u % 100 < p`;
 * `floor(u / 100) % 1000` refines it to thousandths.
 */
export const bucketOf = (userId: string, bucketSuffix: string, sha256: Sha256): number => {
  const u = sha256(userId + bucketSuffix);
  // a remainder of a number beyond 31 bits takes far longer than a division
  const hundreds = Math.floor(u / 100);
  return (u - hundreds * 100) * 1000 + ((hundreds | 0) % 1000);
};

/** How many buckets a percentage (0..100, three decimals) takes, counted from bucket 0. */
export const bucketsIn = (percentage: number): number => Math.round(percentage * 1000);
