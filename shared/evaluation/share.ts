import type { ReasonCode } from '../contract/evaluation';
import { BUCKET_COUNT, bucketOf, bucketsIn } from './bucket';
import type { Evaluation, NamedValue, Question, Share, Slice } from './model';

/** What a layer answers for a variant: `SPLIT` where a bucket chose it. */
export type Answer = (
  served: NamedValue,
  because: { reason?: ReasonCode; lacksUserId?: boolean },
) => Evaluation;

const SPLIT = { reason: 'SPLIT' } as const;

/** No bucket is needed to know what anybody gets. */
const forEverybody = (everybody: Evaluation): Share => ({
  everybody,
  slices: [],
  withoutUserId: everybody,
});

/** `inside` for the given percentage of users, `outside` for the others. */
export const simpleShare = (
  percentage: number,
  inside: NamedValue,
  outside: NamedValue,
  answer: Answer,
): Share => {
  const threshold = bucketsIn(percentage);
  if (threshold <= 0 || threshold >= BUCKET_COUNT) {
    return forEverybody(answer(threshold <= 0 ? outside : inside, {}));
  }
  return {
    everybody: undefined,
    slices: [
      { end: threshold, evaluation: answer(inside, SPLIT) },
      { end: BUCKET_COUNT, evaluation: answer(outside, SPLIT) },
    ],
    withoutUserId: answer(outside, { ...SPLIT, lacksUserId: true }),
  };
};

/** Each variant for its percentage of users; the variants in the order of their places, off last. */
export const weightedShare = (
  weights: readonly { readonly served: NamedValue; readonly percentage: number }[],
  off: NamedValue,
  answer: Answer,
): Share => {
  const given = weights.filter(({ percentage }) => percentage > 0);
  const [only] = given;
  if (only !== undefined && bucketsIn(only.percentage) >= BUCKET_COUNT) {
    return forEverybody(answer(only.served, {}));
  }
  let end = 0;
  const slices = given.map(({ served, percentage }): Slice => {
    end += bucketsIn(percentage);
    return { end, evaluation: answer(served, SPLIT) };
  });
  return {
    everybody: undefined,
    slices: [...slices, { end: BUCKET_COUNT, evaluation: answer(off, SPLIT) }],
    withoutUserId: answer(off, { ...SPLIT, lacksUserId: true }),
  };
};

/** What the share gives the caller of the question. */
export const shareOf = (share: Share, bucketSuffix: string, { userId, sha256 }: Question): Evaluation => {
  if (share.everybody !== undefined) {
    return share.everybody;
  }
  if (userId === undefined) {
    return share.withoutUserId;
  }
  const bucket = bucketOf(userId, bucketSuffix, sha256);
  let given = share.withoutUserId;
  for (const { end, evaluation } of share.slices) {
    given = evaluation;
    if (bucket < end) {
      break;
    }
  }
  return given;
};
