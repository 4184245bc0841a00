import type { OverrideKind } from '../contract/override';
import type { JsonValue } from '../contract/primitives';
import { invalidField, WriteConflict } from '../errors';
import type {
  OverridePlace,
  OverrideRepository,
  OverrideSlot,
  OverrideSubject,
  OverrideWrite,
  StoredOverride,
} from '../override-ports';
import type { Change, Clock, FlagRecord, FlagRepository, NewId, Telemetry } from '../ports';
import type { Call } from './call';
import { expiryChange, hasExpired } from './expiry-change';
import { flagNotFound } from './not-found';

export interface OverrideWriterParts {
  readonly flags: Pick<FlagRepository, 'read'>;
  readonly overrides: Pick<OverrideRepository, 'readSlots' | 'commit' | 'commitAll' | 'bumpVersion'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly telemetry: Telemetry;
}

/** What a change of an override decides; everything else follows from the override that is there. */
export interface Decided {
  readonly value?: JsonValue;
  readonly enabled: boolean;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number | null;
}

/** An override's place with what lies there. */
export interface OpenedPlace {
  readonly place: OverridePlace;
  readonly slot: OverrideSlot;
  /** The override that is there and has not expired; one that is switched off is there. */
  readonly current: StoredOverride | undefined;
}

/** An event, and the state that the audit log shows before and after it. */
export type ChangeAbout = Pick<
  Change,
  | 'event'
  | 'environment'
  | 'flagKey'
  | 'targetUserId'
  | 'targetDeviceId'
  | 'changedKeys'
  | 'before'
  | 'after'
  | 'reason'
>;

/** The override, a counter, and the flag that it fits. */
const ITEMS_PER_WRITE = 3;
/** A transaction has at most 100, among them the change and the device. */
const MAX_ITEMS = 98;

type Writes = readonly [OverrideWrite, ...OverrideWrite[]];

/** What all writes of overrides have in common: reading places strongly, and committing with a change record. */
export class OverrideWriter {
  constructor(private readonly parts: OverrideWriterParts) {}

  /** Throws `FLAG_NOT_FOUND`. */
  async presentFlag(environment: string, flagKey: string): Promise<FlagRecord> {
    const record = await this.parts.flags.read(environment, flagKey);
    if (record === undefined) {
      throw flagNotFound(flagKey);
    }
    return record;
  }

  /** The places of a user's or device's overrides of these kinds on a flag. */
  async open(
    record: FlagRecord,
    subject: OverrideSubject,
    kinds: readonly OverrideKind[],
  ): Promise<OpenedPlace[]> {
    return this.openPlaces(kinds.map((kind) => placeOf(record, subject, kind)));
  }

  async openOne(record: FlagRecord, subject: OverrideSubject, kind: OverrideKind): Promise<OpenedPlace> {
    const place = placeOf(record, subject, kind);
    const [opened] = await this.openPlaces([place]);
    return opened ?? { place, slot: { override: undefined, changeId: undefined }, current: undefined };
  }

  async openPlaces(places: readonly OverridePlace[]): Promise<OpenedPlace[]> {
    const slots = await this.parts.overrides.readSlots(places);
    const nowMs = this.parts.clock();
    return places.map((place, index) => {
      const slot = slots[index] ?? { override: undefined, changeId: undefined };
      const isThere = slot.override !== undefined && !hasExpired(slot.override, nowMs);
      return { place, slot, current: isThere ? slot.override : undefined };
    });
  }

  /** `expiresAt` of a request in epoch milliseconds; `INVALID_REQUEST` where it does not lie in the future. */
  checkedExpiry(expiresAt: string | null, pointer = '/expiresAt'): number | null {
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
    if (expiresAtMs !== null && !(expiresAtMs > this.parts.clock())) {
      throw invalidField(pointer, 'not_in_the_future', 'expiresAt must lie in the future');
    }
    return expiresAtMs;
  }

  /** The override as a change makes it. */
  next(call: Call, { place, current }: OpenedPlace, decided: Decided): StoredOverride {
    const by = call.attribution.actor;
    const at = new Date(this.parts.clock()).toISOString();
    return {
      ...place,
      ...decided,
      createdBy: current?.createdBy ?? by,
      createdAt: current?.createdAt ?? at,
      updatedBy: by,
      updatedAt: at,
      version: (current?.version ?? 0) + 1,
    };
  }

  /**
   * A write that puts `next` in its place, or with undefined removes what is there. `judgedBy` is the flag that it was
   * found to fit.
   */
  static write(
    { place, slot }: OpenedPlace,
    next: StoredOverride | undefined,
    judgedBy?: FlagRecord,
  ): OverrideWrite {
    return { ...place, slot, next, judgedBy };
  }

  /** Commits writes as one change, with the ends of those that they replace after their expiry; not in a dry run. */
  async commit(call: Call, writes: Writes, about: ChangeAbout): Promise<Change> {
    const changes = this.changesOf(call, writes, about);
    if (!call.dryRun) {
      await this.makeRoom(writes);
      await this.parts.overrides.commit(writes, changes);
      await this.moveVersion(call.environment);
    }
    return changes[0];
  }

  /** Commits several changes in one transaction. */
  async commitAll(
    call: Call,
    commits: readonly { readonly writes: Writes; readonly about: ChangeAbout }[],
  ): Promise<void> {
    await this.parts.overrides.commitAll(
      commits.map(({ writes, about }) => ({ writes, changes: this.changesOf(call, writes, about) })),
    );
    await this.moveVersion(call.environment);
  }

  private changesOf(call: Call, writes: Writes, about: ChangeAbout): [Change, ...Change[]] {
    const { clock, newId } = this.parts;
    const nowMs = clock();
    const change: Change = {
      ...about,
      id: newId(),
      // the override says of itself when it came to be so: at that very moment it has to be found in the log
      at: writes.find(({ next }) => next !== undefined)?.next?.updatedAt ?? new Date(nowMs).toISOString(),
      ...call.attribution,
    };
    return [change, ...endsIn(writes, nowMs).map((end) => end.change)];
  }

  /** Where the ends of what is replaced do not fit into the transaction, they come before it, and all is read anew. */
  private async makeRoom(writes: Writes): Promise<void> {
    const ends = endsIn(writes, this.parts.clock());
    if (ends.length > 0 && writes.length * ITEMS_PER_WRITE + ends.length > MAX_ITEMS) {
      await this.parts.overrides.commitAll(
        ends.map(({ write, change }) => ({ writes: [{ ...write, next: undefined }], changes: [change] })),
      );
      throw new WriteConflict('what has expired is gone now');
    }
  }

  private async moveVersion(environment: string): Promise<void> {
    const { overrides, telemetry } = this.parts;
    await overrides.bumpVersion(environment).catch((error: unknown) => {
      // the stream handler moves the version again
      telemetry.warn('overrides version not moved', { error });
    });
  }
}

/** What has expired by itself and is replaced, with its end. */
const endsIn = (writes: Writes, nowMs: number): { write: OverrideWrite; change: Change }[] =>
  writes.flatMap((write) => {
    const { override } = write.slot;
    return write.next?.version === 1 && override !== undefined && hasExpired(override, nowMs)
      ? [{ write, change: expiryChange(override) }]
      : [];
  });

export const placeOf = (
  { flag, generation }: FlagRecord,
  subject: OverrideSubject,
  kind: OverrideKind,
): OverridePlace => ({
  environment: flag.environment,
  flagKey: flag.key,
  generation,
  ...subjectOf(subject),
  kind,
});

/** Whom something is of, without the rest of it. */
export const subjectOf = (of: OverrideSubject): OverrideSubject =>
  of.userId === null ? { userId: null, deviceId: of.deviceId } : { userId: of.userId, deviceId: null };
