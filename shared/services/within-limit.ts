import { StoreUnavailable } from '../errors';
import type { ChangeLimiter, Telemetry } from '../ports';
import { retryOnConflict } from './conflict-retry';

/** Takes a place for one change among those that the flag takes in an hour; asked again, it is the same place. */
export type Claim = () => Promise<void>;

type Slot = Awaited<ReturnType<ChangeLimiter['claim']>>;

/**
 * Runs a change of overrides, anew when others win the race, under at most one claim. A place that was claimed is
 * handed back where nothing was written for certain; a crash in between costs a place, never lets one change too
 * many through.
 */
export const withinLimit = async <Result>(
  parts: { limiter: ChangeLimiter; telemetry: Telemetry },
  environment: string,
  flagKey: string,
  work: (claim: Claim) => Promise<Result>,
): Promise<Result> => {
  const held: { slot?: Slot; isUsed: boolean } = { isUsed: false };
  const claim: Claim = async () => {
    held.slot ??= await parts.limiter.claim(environment, flagKey);
    held.isUsed = true;
  };
  const handBack = async (): Promise<void> => {
    await held.slot?.release().catch((error: unknown) => {
      parts.telemetry.warn('limiter slot not handed back', { environment, flagKey, error });
    });
  };
  try {
    const result = await retryOnConflict(() => {
      held.isUsed = false;
      return work(claim);
    });
    if (!held.isUsed) {
      await handBack();
    }
    return result;
  } catch (error) {
    if (!(error instanceof StoreUnavailable && error.applied === 'unknown')) {
      await handBack();
    }
    throw error;
  }
};
