import { BUCKET_COUNT, bucketOf } from './bucket';
import type { CompiledFlag, Configuration, Evaluation, Question, Ramp, Share } from './model';
import { bucketsAlong } from './resolution-order';
import { shownMoment, shownText } from './shown-value';

const percent = (buckets: number): string => `${Number((buckets / 1000).toFixed(3))} %`;

const served = ({ variant }: Evaluation): string => `variant ${shownText(variant ?? '')}`;

const bucketText = (bucket: number): string => `bucket ${(bucket / 1000).toFixed(3)} of 100`;

const NEEDS_USER_ID = 'a percentage needs a user id to decide by, and there is none';

/** Where the caller's bucket lies in a percentage, and what that gives. */
const against = (threshold: number, bucketSuffix: string, { userId, sha256 }: Question): string => {
  if (userId === undefined) {
    return NEEDS_USER_ID;
  }
  const bucket = bucketOf(userId, bucketSuffix, sha256);
  return `${bucketText(bucket)} is ${bucket < threshold ? 'inside' : 'outside'} ${percent(threshold)}`;
};

const weights = ({ slices }: Share): string =>
  slices
    .filter(({ end }, index) => end > (slices[index - 1]?.end ?? 0))
    .map(({ end, evaluation }, index, given) => {
      const start = given[index - 1]?.end ?? 0;
      return `${shownText(evaluation.variant ?? '')} from ${percent(start)} to ${percent(end)}`;
    })
    .join(', ');

/** How a share, which gave the caller `given`, came to that. */
export const describeShare = (
  share: Share,
  given: Evaluation,
  bucketSuffix: string,
  question: Question,
): string => {
  const [inside, , third] = share.slices;
  if (share.everybody !== undefined) {
    return `everybody gets ${served(given)}`;
  }
  if (third === undefined && inside !== undefined) {
    return `${against(inside.end, bucketSuffix, question)}: ${served(given)}`;
  }
  if (question.userId === undefined) {
    return `${NEEDS_USER_ID}: ${served(given)}`;
  }
  const bucket = bucketOf(question.userId, bucketSuffix, question.sha256);
  return `${bucketText(bucket)} is ${served(given)} (${weights(share)})`;
};

const describeRamp = (ramp: Ramp, given: Evaluation, bucketSuffix: string, question: Question): string => {
  const reached = bucketsAlong(ramp, question.nowMs);
  const course = `the percentage goes from ${percent(ramp.start)} at ${shownMoment(ramp.fromMs)} to ${percent(ramp.end)} at ${shownMoment(ramp.toMs)}`;
  const where =
    reached <= 0 || reached >= BUCKET_COUNT
      ? `it is ${percent(reached)} now`
      : against(reached, bucketSuffix, question);
  return `${course}; ${where}: ${served(given)}`;
};

/** How the flag's own percentage or weights, which gave the caller `given`, came to that. */
export const describeRollout = (
  { bucketSuffix }: CompiledFlag,
  { ramp, rollout }: Configuration,
  given: Evaluation,
  question: Question,
): string =>
  ramp !== undefined && question.nowMs < ramp.toMs
    ? describeRamp(ramp, given, bucketSuffix, question)
    : describeShare(rollout, given, bucketSuffix, question);
