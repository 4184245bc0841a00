import { setTimeout as sleep } from 'node:timers/promises';
import { OVERRIDE_KINDS } from '../contract/override';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, StoreUnavailable } from '../errors';
import type { BackupRepository } from '../import-ports';
import type { OverrideRepository, StoredOverride } from '../override-ports';
import type { FlagRepository } from '../ports';
import type { Call } from './call';
import { checkedUserId } from './checked-user-id';
import { retryOnConflict } from './conflict-retry';
import { overrideChange } from './override-change';
import { type OpenedPlace, OverrideWriter } from './override-writer';

/** The index that tells what somebody has lags behind: it is asked again until it shows nothing that is there. */
const MAX_ROUNDS = 5;
/** For the index to come to know of what others have just changed. */
const LAG_MS = 200;
/** Flags that are written at the same time. */
const IN_FLIGHT = 8;

const REASON = 'removed with the person';

interface Removals {
  /** Flags on which overrides were removed. */
  readonly removed: number;
  /** Overrides that the index shows still, and that are gone. */
  readonly missed: number;
}

export interface DepartureServiceParts {
  readonly writer: OverrideWriter;
  readonly flags: Pick<FlagRepository, 'generationOf'>;
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly backups: BackupRepository;
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
      removed += await this.removeIn({ ...call, environment }, id);
    }
    removed += await devices.removeAllOf(call, id);
    if (removed === 0) {
      throw new FlagError('USER_NOT_FOUND', 'There is nothing of this user here.');
    }
  }

  /** Overrides, and what imports keep of them; says of how many flags and imports. */
  private async removeIn(call: Call, userId: string): Promise<number> {
    const { overrides, backups } = this.parts;
    let removed = 0;
    let isOver = false;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = await overrides.ofSubject(call.environment, { userId, deviceId: null });
      const ended = await this.removeOnFlags(call, found, userId);
      const forgotten = await backups.forget(await backups.ofUser(call.environment, userId));
      removed += ended.removed + forgotten;
      if (ended.removed + forgotten + ended.missed === 0) {
        return removed;
      }
      isOver = ended.removed + forgotten === 0;
      // an undo may have been at it just now: it keeps what it takes away
      await sleep(LAG_MS);
    }
    if (isOver) {
      return removed;
    }
    throw new StoreUnavailable(
      'no',
      new Error('what is there of the person changes faster than it is removed'),
    );
  }

  /** All that has begun is over when it answers or throws: nothing goes on behind an answer. */
  private async removeOnFlags(
    call: Call,
    found: readonly StoredOverride[],
    userId: string,
  ): Promise<Removals> {
    const flagKeys = [...new Set(found.map(({ flagKey }) => flagKey))];
    const removals: Removals[] = [];
    const worker = async (): Promise<void> => {
      for (let flagKey = flagKeys.pop(); flagKey !== undefined; flagKey = flagKeys.pop()) {
        const ofFlag = found.filter((each) => each.flagKey === flagKey);
        removals.push(await this.removeOnFlag(call, flagKey, ofFlag, userId));
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker));
    const failed = workers.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      throw failed.reason;
    }
    return {
      removed: removals.reduce((sum, { removed }) => sum + removed, 0),
      missed: removals.reduce((sum, { missed }) => sum + missed, 0),
    };
  }

  private removeOnFlag(
    call: Call,
    flagKey: string,
    found: readonly StoredOverride[],
    userId: string,
  ): Promise<Removals> {
    const { writer, flags } = this.parts;
    return retryOnConflict(async () => {
      const generation = await flags.generationOf(call.environment, flagKey);
      if (generation === undefined) {
        // what a deleted flag leaves behind is swept
        return { removed: 0, missed: 0 };
      }
      const of = { environment: call.environment, flagKey, generation };
      const opened = await writer.openPlaces(
        OVERRIDE_KINDS.map((kind) => ({ ...of, userId, deviceId: null, kind })),
      );
      const [first, ...others] = opened
        .filter(({ current }: OpenedPlace) => current !== undefined)
        .map((each) => OverrideWriter.write(each, undefined));
      if (first === undefined) {
        const isGone = ({ kind }: StoredOverride): boolean =>
          opened.some(({ place, slot }) => place.kind === kind && slot.override === undefined);
        const gone = found.filter((each) => each.generation === generation && isGone(each));
        return { removed: 0, missed: gone.length };
      }
      const writes = [first, ...others] as const;
      await writer.commit(call, writes, overrideChange(writes, 'override.removed', REASON));
      return { removed: 1, missed: 0 };
    });
  }
}
