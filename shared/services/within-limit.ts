import { StoreUnavailable } from '../errors';
import type { ChangeLimiter, Telemetry } from '../ports';
import { retryOnConflict } from './conflict-retry';

/** Takes a place for one change among those that a flag takes in an hour; asked again, it is the same place. */
export type Claim = (flagKey: string) => Promise<void>;

type Slot = Awaited<ReturnType<ChangeLimiter['claim']>>;

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
  const held = new Map<string, Slot>();
  const used = new Set<string>();
  const claim: Claim = async (flagKey) => {
    if (!held.has(flagKey)) {
      held.set(flagKey, await parts.limiter.claim(environment, flagKey));
    }
    used.add(flagKey);
  };
  const handBack = async (flagKeys: Iterable<string>): Promise<void> => {
    for (const flagKey of flagKeys) {
      await held
        .get(flagKey)
        ?.release()
        .catch((error: unknown) => {
          parts.telemetry.warn('limiter slot not handed back', { environment, flagKey, error });
        });
    }
  };
  try {
    const result = await retryOnConflict(() => {
      used.clear();
      return work(claim);
    });
    await handBack([...held.keys()].filter((flagKey) => !used.has(flagKey)));
    return result;
  } catch (error) {
    if (!(error instanceof StoreUnavailable && error.applied === 'unknown')) {
      await handBack(held.keys());
    }
    throw error;
  }
};
