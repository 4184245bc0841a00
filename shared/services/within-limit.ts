import { StoreUnavailable } from '../errors';
import type { ChangeLimiter, ClaimedPlaces, Telemetry } from '../ports';
import { retryOnConflict } from './conflict-retry';

/**
 * Takes places for changes among those that a flag takes in an hour, one unless told otherwise; asked again, they are
 * the same places, and those that the last call leaves out are handed back in the end.
 */
export type Claim = (flagKey: string, count?: number) => Promise<void>;

interface Held {
  readonly places: ClaimedPlaces;
  readonly count: number;
}

/**
 * Runs a change of overrides, anew when others win the race, under at most one claim a flag. A place that was claimed
 * is handed back where nothing was written for certain; a crash in between costs a place, never lets one change too
 * many through.
 */
export const withinLimit = async <Result>(
  parts: { limiter: ChangeLimiter; telemetry: Telemetry },
  environment: string,
  work: (claim: Claim) => Promise<Result>,
): Promise<Result> => {
  const held = new Map<string, Held[]>();
  const used = new Map<string, number>();
  const countHeld = (flagKey: string): number =>
    (held.get(flagKey) ?? []).reduce((sum, { count }) => sum + count, 0);
  const claim: Claim = async (flagKey, count = 1) => {
    const missing = count - countHeld(flagKey);
    if (missing > 0) {
      const places = await parts.limiter.claim(environment, flagKey, missing);
      held.set(flagKey, [...(held.get(flagKey) ?? []), { places, count: missing }]);
    }
    used.set(flagKey, count);
  };
  const handBack = async (flagKey: string, toRelease: number): Promise<void> => {
    let left = toRelease;
    for (const { places, count } of [...(held.get(flagKey) ?? [])].reverse()) {
      const some = Math.min(left, count);
      left -= some;
      await (some === 0 ? undefined : places.release(some))?.catch((error: unknown) => {
        parts.telemetry.warn('limiter slot not handed back', { environment, flagKey, error });
      });
    }
  };
  try {
    const result = await retryOnConflict(() => {
      used.clear();
      return work(claim);
    });
    for (const flagKey of held.keys()) {
      await handBack(flagKey, countHeld(flagKey) - (used.get(flagKey) ?? 0));
    }
    return result;
  } catch (error) {
    if (!(error instanceof StoreUnavailable && error.applied === 'unknown')) {
      for (const flagKey of held.keys()) {
        await handBack(flagKey, countHeld(flagKey));
      }
    }
    throw error;
  }
};
