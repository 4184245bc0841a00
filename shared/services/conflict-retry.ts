import { setTimeout as sleep } from 'node:timers/promises';
import { remainingMs } from '../deadline';
import { StoreUnavailable, WriteConflict } from '../errors';

/** A further try needs about this long. */
const LEAST_MS = 150;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/**
 * Reads, decides and writes anew while others win the race, until the request's deadline. The work starts from a
 * fresh read each time, so preconditions of the caller are checked against what the others wrote.
 */
export const retryOnConflict = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WriteConflict)) {
        throw error;
      }
      const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      if (remainingMs() < pause + LEAST_MS) {
        throw new StoreUnavailable('no', error);
      }
      await sleep(pause);
    }
  }
};
