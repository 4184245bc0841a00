import { OVERRIDE_KINDS } from '../contract/override';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, StoreUnavailable } from '../errors';
import type { OverrideRepository } from '../override-ports';
import type { FlagRepository } from '../ports';
import type { Call } from './call';
import { checkedUserId } from './checked-user-id';
import { retryOnConflict } from './conflict-retry';
import { overrideChange } from './override-change';
import { type OpenedPlace, OverrideWriter } from './override-writer';

/** The index that tells what somebody has lags behind: it is asked again until it shows nothing that is there. */
const MAX_ROUNDS = 5;
/** Flags that are written at the same time. */
const IN_FLIGHT = 8;

const REASON = 'removed with the person';

export interface DepartureServiceParts {
  readonly writer: OverrideWriter;
  readonly flags: Pick<FlagRepository, 'generationOf'>;
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly devices: PersonDevices;
  readonly environments: readonly string[];
  readonly userIdFormat: UserIdFormat;
}

/** The registered devices of a person. */
interface PersonDevices {
  /** Ends every registration; says how many there were. */
  removeAllOf(call: Call, userId: string): Promise<number>;
}

/** Takes leave of people: removes all that is kept of them but the audit log, which knows them by their id alone. */
export class DepartureService {
  constructor(private readonly parts: DepartureServiceParts) {}

  /**
   * Removes what the user has in every environment, one change a flag. No limit holds it up: it adds nothing, and at
   * most three overrides a flag go. What was interrupted goes on when it is asked for again. `USER_NOT_FOUND` where
   * nothing was there.
   */
  async remove(call: Call, userId: string): Promise<void> {
    const { devices, environments, userIdFormat } = this.parts;
    const id = checkedUserId(userId, userIdFormat, '#path/userId');
    let removed = 0;
    for (const environment of environments) {
      removed += await this.removeOverrides({ ...call, environment }, id);
    }
    removed += await devices.removeAllOf(call, id);
    if (removed === 0) {
      throw new FlagError('USER_NOT_FOUND', 'There is nothing of this user here.');
    }
  }

  /** Says of how many flags. */
  private async removeOverrides(call: Call, userId: string): Promise<number> {
    let removed = 0;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = await this.parts.overrides.ofSubject(call.environment, { userId, deviceId: null });
      const flagKeys = [...new Set(found.map(({ flagKey }) => flagKey))];
      const inRound = await this.removeOnFlags(call, flagKeys, userId);
      removed += inRound;
      if (inRound === 0) {
        return removed;
      }
    }
    throw new StoreUnavailable(
      'no',
      new Error('overrides of the person appear faster than they are removed'),
    );
  }

  /** All that has begun is over when it answers or throws: nothing goes on behind an answer. */
  private async removeOnFlags(call: Call, flagKeys: string[], userId: string): Promise<number> {
    let removed = 0;
    const worker = async (): Promise<void> => {
      for (let flagKey = flagKeys.pop(); flagKey !== undefined; flagKey = flagKeys.pop()) {
        const ended = await this.removeOnFlag(call, flagKey, userId);
        removed += ended;
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker));
    const failed = workers.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      throw failed.reason;
    }
    return removed;
  }

  private removeOnFlag(call: Call, flagKey: string, userId: string): Promise<0 | 1> {
    const { writer, flags } = this.parts;
    return retryOnConflict(async () => {
      const generation = await flags.generationOf(call.environment, flagKey);
      if (generation === undefined) {
        // what a deleted flag leaves behind is swept
        return 0;
      }
      const of = { environment: call.environment, flagKey, generation };
      const opened = await writer.openPlaces(
        OVERRIDE_KINDS.map((kind) => ({ ...of, userId, deviceId: null, kind })),
      );
      const [first, ...others] = opened
        .filter(({ current }: OpenedPlace) => current !== undefined)
        .map((each) => OverrideWriter.write(each, undefined));
      if (first === undefined) {
        return 0;
      }
      const writes = [first, ...others] as const;
      await writer.commit(call, writes, overrideChange(writes, 'override.removed', REASON));
      return 1;
    });
  }
}
