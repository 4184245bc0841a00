import type { AuditEventName } from '../contract/audit';
import { PoisonRecord } from '../errors';
import type { AuditRepository, CountMove } from '../audit-ports';
import type { OverridePlace, OverrideRepository, OverrideSubject, StoredOverride } from '../override-ports';
import type { Change, FlagRepository, RulesetPart, Telemetry } from '../ports';
import type { ChangeRepository, CorruptItem, ItemChange, SweepRepository, Transition } from '../stream-ports';
import { expiryChange, hasExpired } from './expiry-change';
import { GenerationEnds } from './generation-ends';
import { overrideTotals, totalsOfActions } from './override-totals';
import { unattributedChange } from './unattributed-change';

/** Characters of a record that are kept; an item of the table has its limit too. */
const MAX_QUARANTINED = 100_000;

/** Records of the stream tell their time in whole seconds. */
const RECORD_TIME_STEP_MS = 1_000;

export interface ChangeServiceParts {
  /** Reads a stream record, or throws `PoisonRecord`. */
  readonly readRecord: (record: unknown) => ItemChange;
  readonly flags: FlagRepository;
  readonly overrides: OverrideRepository;
  readonly changes: ChangeRepository;
  readonly audit: AuditRepository;
  readonly sweeps: SweepRepository;
  readonly environments: readonly string[];
  readonly telemetry: Telemetry;
}

const subjectOf = (place: OverrideSubject): OverrideSubject =>
  place.userId === null
    ? { userId: null, deviceId: place.deviceId }
    : { userId: place.userId, deviceId: null };

/** What is there and switched on is counted; what cannot be read is neither. */
const isCounted = (override: StoredOverride | CorruptItem | undefined): boolean =>
  override !== undefined && !('corrupt' in override) && override.enabled;

/** How the counter of a place moves; undefined where it does not. */
const moved = (
  place: OverridePlace,
  before: StoredOverride | CorruptItem | undefined,
  after: StoredOverride | CorruptItem | undefined,
): CountMove | undefined =>
  isCounted(before) === isCounted(after) ? undefined : { place, by: isCounted(after) ? 1 : -1 };

const isOfOverrides = ({ event, targetUserId, targetDeviceId }: Change): boolean =>
  targetUserId !== null || targetDeviceId !== null || event === 'overrides.imported';

/** Whose a device is, and of which type, is the same in every environment; its values are not. */
const DEVICE_EVENTS: ReadonlySet<AuditEventName> = new Set([
  'device.registered',
  'device.updated',
  'device.removed',
]);

/**
 * Turns what happened to the table into the audit log. Everything is written once under an id that follows from the
 * record, so duplicated, delayed and reordered records end in the same log.
 */
export class ChangeService {
  constructor(private readonly parts: ChangeServiceParts) {}

  /** What is asked for records that have come together. */
  beginBatch(): GenerationEnds {
    return new GenerationEnds(this.parts);
  }

  /**
   * Records what one stream record tells. Answers the environments whose cached overrides it outdates.
   * A record that cannot be understood is put aside, so that it holds up no other. `ends` are those of its batch.
   */
  async record(record: { readonly eventID?: string }, ends: GenerationEnds): Promise<readonly string[]> {
    const { readRecord, audit, telemetry } = this.parts;
    try {
      return await this.recordChange(readRecord(record), ends);
    } catch (error) {
      if (!(error instanceof PoisonRecord)) {
        throw error;
      }
      telemetry.error('stream record put aside', { recordId: record.eventID, error });
      telemetry.count('PoisonRecords');
      await audit.quarantine(record.eventID ?? 'unknown', JSON.stringify(record).slice(0, MAX_QUARANTINED));
      return [];
    }
  }

  private async recordChange(change: ItemChange, ends: GenerationEnds): Promise<readonly string[]> {
    switch (change.item) {
      case 'change':
        await this.file(change.change);
        return this.outdatedBy(change.change);
      case 'flag':
        if (await this.recordDefinition(change, { flagKey: change.flagKey })) {
          await this.sweepLeftBehind(change, ends);
        }
        return [];
      case 'segment':
        await this.recordDefinition(change, { segmentKey: change.segmentKey });
        return [];
      case 'override':
        return this.recordOverride(change, ends);
    }
  }

  private outdatedBy(change: Change): readonly string[] {
    if (DEVICE_EVENTS.has(change.event)) {
      return this.parts.environments;
    }
    return isOfOverrides(change) ? [change.environment] : [];
  }

  /** Records that could not be dealt with come again; what kept them is told each time. */
  reportFailures(errors: readonly unknown[]): void {
    for (const error of errors) {
      this.parts.telemetry.warn('stream record not recorded yet', { error });
      this.parts.telemetry.count('RecordFailures');
    }
  }

  /** A write bumps the version itself; this repairs a bump that was lost between the two. */
  async moveOverridesVersion(environment: string): Promise<void> {
    await this.parts.overrides.bumpVersion(environment);
  }

  /** Whether a flag or segment was changed past the API; if so, it is filed, and every cache hears of it. */
  private async recordDefinition(
    change: Extract<ItemChange, { item: 'flag' | 'segment' }>,
    of: RulesetPart,
  ): Promise<boolean> {
    const { environment, before, after } = change;
    const wasThere = before !== undefined || after !== undefined;
    if (!wasThere || (await this.isAttributed(environment, [of], change))) {
      return false;
    }
    await this.parts.changes.bumpFlagsVersion(environment, of);
    const flagKey = 'flagKey' in of ? of.flagKey : null;
    await this.file(
      unattributedChange(change, { environment, flagKey, targetUserId: null, targetDeviceId: null }),
    );
    return true;
  }

  /** A generation that ended past the API leaves its overrides behind as well. */
  private async sweepLeftBehind(
    change: Extract<ItemChange, { item: 'flag' }>,
    ends: GenerationEnds,
  ): Promise<void> {
    const { environment, flagKey, before } = change;
    if (before === undefined || 'corrupt' in before) {
      return;
    }
    const of = { environment, flagKey, generation: before.generation };
    if (!(await ends.isAlive(of))) {
      await this.parts.sweeps.request(of);
    }
  }

  private async recordOverride(
    change: Extract<ItemChange, { item: 'override' }>,
    ends: GenerationEnds,
  ): Promise<readonly string[]> {
    const { place: of, before, after } = change;
    if (before === undefined && after === undefined) {
      return [];
    }
    const end = await ends.of(of);
    const atMs = Date.parse(change.at) + RECORD_TIME_STEP_MS;
    const expired =
      change.isCollection && before !== undefined && !('corrupt' in before) && hasExpired(before, atMs);
    if (expired && before.expiresAtMs < (end ?? Infinity)) {
      await this.file(expiryChange(before), end === undefined ? moved(of, before, undefined) : undefined);
      return [];
    }
    if (end !== undefined && atMs > end) {
      // removed behind its flag, as it should be; or written while its flag was being deleted, and has to go
      await (after === undefined ? undefined : this.parts.sweeps.request(of));
      return [];
    }
    if (await this.isAttributed(of.environment, [{ flagKey: of.flagKey }, subjectOf(of)], change)) {
      return [];
    }
    await this.file(
      unattributedChange(change, {
        environment: of.environment,
        flagKey: of.flagKey,
        targetUserId: of.userId,
        targetDeviceId: of.deviceId,
      }),
      end === undefined ? moved(of, before, after) : undefined,
    );
    return [of.environment];
  }

  /** A change through the API leaves a new change id on the item, and a change record of that id, or is an import's. */
  private async isAttributed(
    environment: string,
    among: readonly (RulesetPart | OverrideSubject)[],
    { changeIdBefore, changeIdAfter }: Transition<unknown>,
  ): Promise<boolean> {
    if (changeIdAfter === undefined || changeIdAfter === changeIdBefore) {
      return false;
    }
    for (const of of among) {
      if ('flagKey' in of && (await this.parts.changes.isOfImport(environment, of.flagKey, changeIdAfter))) {
        return true;
      }
      if ((await this.parts.changes.find(environment, of, changeIdAfter)) !== undefined) {
        return true;
      }
    }
    return false;
  }

  private async file(change: Change, counted?: CountMove): Promise<void> {
    const { audit, telemetry } = this.parts;
    const totals = overrideTotals(change);
    if (await audit.append(change, { counted, totals })) {
      const { id, event, environment, flagKey, actor, route, requestId } = change;
      telemetry.info('change recorded', {
        changeId: id,
        event,
        environment,
        flagKey,
        actor,
        route,
        changeRequestId: requestId,
      });
      telemetry.count('ChangesRecorded', { event });
      for (const [action, by] of totalsOfActions(totals)) {
        telemetry.count('OverridesChanged', { action }, by);
      }
    }
  }
}
