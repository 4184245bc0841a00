import type { AuditEvent, AuditEventName } from '../contract/audit';
import { FlagSchema } from '../contract/flag';
import type { Import } from '../contract/import-answers';
import type { JsonValue } from '../contract/primitives';
import { type Segment, SegmentSchema } from '../contract/segment';
import { FlagError } from '../errors';
import type { AuditRepository } from '../audit-ports';
import type { OverrideRepository } from '../override-ports';
import type { Change, Clock, FlagRecord } from '../ports';
import { shownChange } from './audit';
import type { Call } from './call';
import type { DeviceReverts } from './device-reverts';
import type { FlagWriter } from './flag-writer';
import type { ImportJobs } from './import-jobs';
import type { OverrideReverts } from './override-reverts';
import {
  checkUnmoved,
  movedOn,
  nothingToEnd,
  nothingToPutBack,
  notRevertible,
  readSides,
  reasonOfRevert,
} from './revert-faults';
import type { SegmentWriter } from './segment-writer';

export interface RevertServiceParts {
  readonly audit: Pick<AuditRepository, 'find'>;
  readonly overrides: OverrideReverts;
  readonly devices: DeviceReverts;
  readonly storedOverrides: Pick<OverrideRepository, 'walk'>;
  readonly flags: Pick<FlagWriter, 'restore'>;
  readonly segments: Pick<SegmentWriter, 'restore'>;
  readonly imports: Pick<ImportJobs, 'undo' | 'redo'>;
  readonly clock: Clock;
}

/** The event of the new change; or the import whose undo or redo has begun, as that takes longer than a request. */
export type Reverted = { readonly event: AuditEvent } | { readonly begun: Import };

/** The event that takes another back; of those that are not here, the thing is updated, created or deleted again. */
const OPPOSITE: Readonly<Partial<Record<AuditEventName, AuditEventName>>> = {
  'flag.enabled': 'flag.disabled',
  'flag.disabled': 'flag.enabled',
  'flag.archived': 'flag.restored',
  'flag.restored': 'flag.archived',
  'flag.killed': 'flag.revived',
  'flag.revived': 'flag.killed',
  'rule.created': 'rule.deleted',
  'rule.updated': 'rule.updated',
  'rule.deleted': 'rule.created',
  'rule.reordered': 'rule.reordered',
};

const REVERTIBLE_OVERRIDES: ReadonlySet<AuditEventName> = new Set([
  'override.added',
  'override.updated',
  'override.removed',
  'override.expired',
  'user.feature_flags.changed',
  'device.feature_flags.changed',
]);

type Area = 'flag' | 'segment';

/** Puts back what was there before a change, as a change of its own. */
export class RevertService {
  constructor(private readonly parts: RevertServiceParts) {}

  /**
   * Raises `NOT_FOUND` for an id that the environment's log does not have, `VERSION_CONFLICT` where the thing is not as
   * the change left it any more, `NOT_REVERTIBLE` for what cannot be taken back. `expiresAt` is the end of the overrides
   * that come back, instead of the one they had.
   */
  async revert(call: Call, id: string, expiresAt?: string | null): Promise<Reverted> {
    const change = await this.parts.audit.find(id);
    if (change?.environment !== call.environment) {
      throw new FlagError('NOT_FOUND', 'There is no such audit event in this environment.');
    }
    if (isOfOverrides(change)) {
      return { event: shownChange(await this.parts.overrides.revert(call, change, expiresAt)) };
    }
    if (expiresAt !== undefined) {
      throw nothingToEnd();
    }
    return change.event === 'overrides.imported'
      ? { begun: await this.turnImport(call, change) }
      : { event: shownChange(await this.takeBack(call, change)) };
  }

  private async takeBack(call: Call, change: Change): Promise<Change> {
    const { event } = change;
    if (event.startsWith('flag.') || event.startsWith('rule.')) {
      return this.revertFlag(call, change);
    }
    if (event.startsWith('segment.')) {
      return this.revertSegment(call, change);
    }
    if (event.startsWith('device.')) {
      return this.parts.devices.revert(call, change);
    }
    if (event === 'change.unattributed') {
      return change.flagKey === null ? this.revertSegment(call, change) : this.revertFlag(call, change);
    }
    throw notRevertible(`A change of the kind ${event} cannot be reverted.`);
  }

  private async revertFlag(call: Call, change: Change): Promise<Change> {
    const { before, after } = readSides(change, (side) => FlagSchema.safeParse(side).data);
    const about = aboutRevert(change, 'flag');
    const flagKey = change.flagKey ?? '';
    const reverted = await this.parts.flags.restore(call, flagKey, about, async (current) => {
      checkUnmoved(current?.flag, after, `the flag "${flagKey}"`);
      if (before === undefined && current !== undefined && (await this.isOverridden(current))) {
        throw movedOn(`the flag "${flagKey}", which has overrides by now,`);
      }
      return before;
    });
    return checkedChange(reverted);
  }

  /** Overrides that are switched off count as well: with the flag they would go. */
  private async isOverridden({ flag: { environment, key }, generation }: FlagRecord): Promise<boolean> {
    const { storedOverrides, clock } = this.parts;
    const range = { of: 'flag', environment, flagKey: key, generation } as const;
    const read = await storedOverrides.walk(range, { after: undefined, limit: 100, nowMs: clock() });
    return read.found.length > 0 || read.next !== undefined;
  }

  private async revertSegment(call: Call, change: Change): Promise<Change> {
    const { before, after } = readSides(change, (side) => SegmentSchema.safeParse(side).data);
    const about = aboutRevert(change, 'segment');
    const key = before?.key ?? after?.key ?? '';
    const reverted = await this.parts.segments.restore(call, key, about, (current: Segment | undefined) => {
      checkUnmoved(current, after, `the segment "${key}"`);
      return before;
    });
    return checkedChange(reverted);
  }

  /** An import and a redo are undone, an undo is redone. */
  private turnImport(call: Call, { id, environment, flagKey, after }: Change): Promise<Import> {
    const told: Record<string, JsonValue | undefined> =
      typeof after === 'object' && after !== null && !Array.isArray(after) ? after : {};
    const importId = told['importId'] ?? told['redoneImportId'] ?? told['undoneImportId'];
    if (flagKey === null || typeof importId !== 'string') {
      throw notRevertible('The audit log does not say which import this was.');
    }
    const of = { environment, flagKey, importId };
    return told['undoneImportId'] === undefined
      ? this.parts.imports.undo(call, of, reasonOfRevert(id))
      : this.parts.imports.redo(call, of, reasonOfRevert(id));
  }
}

const isOfOverrides = ({ event, targetUserId, targetDeviceId }: Change): boolean =>
  REVERTIBLE_OVERRIDES.has(event) ||
  (event === 'change.unattributed' && (targetUserId !== null || targetDeviceId !== null));

const aboutRevert = ({ id, event, before, after }: Change, area: Area) => {
  const happened = before === null ? 'deleted' : after === null ? 'created' : 'updated';
  return { event: OPPOSITE[event] ?? (`${area}.${happened}` as const), reason: reasonOfRevert(id) };
};

/** Bookkeeping alone, as the version that somebody set past the API, is no change. */
const checkedChange = (change: Change | undefined): Change => {
  if (change === undefined) {
    throw nothingToPutBack();
  }
  return change;
};
