import { BATCH_EVENTS } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import { refused } from '../errors';
import { jsonEquals } from '../evaluation/json-equals';
import type { Compilers } from '../evaluation/model';
import type { OverrideSubject, OverrideWrite, StoredOverride } from '../override-ports';
import type { Change, ChangeLimiter, Clock, DeviceRepository, FlagRecord, Telemetry } from '../ports';
import { type AuditedOverride, type OverrideStep, overrideStep } from './audited-override';
import { type Call, checkVersion } from './call';
import { eligibleDevice } from './eligible-device';
import { unfitValues } from './fitting-value';
import { overrideChange } from './override-change';
import { type ChangeAbout, type Decided, type OpenedPlace, OverrideWriter, placeOf } from './override-writer';
import { movedOn, nothingToEnd, nothingToPutBack, notRevertible, reasonOfRevert } from './revert-faults';
import { auditedOverride } from './shown-override';
import { withinLimit } from './within-limit';

export interface OverrideRevertsParts {
  readonly writer: OverrideWriter;
  readonly devices: Pick<DeviceRepository, 'readSlot'>;
  readonly limiter: ChangeLimiter;
  readonly compilers: Compilers;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const fieldOf = (state: JsonValue, field: string): JsonValue =>
  typeof state === 'object' && state !== null && !Array.isArray(state) ? (state[field] ?? null) : null;

const shown = (override: StoredOverride | undefined): JsonValue =>
  override === undefined ? null : auditedOverride(override);

/** The overrides that a change was about; undefined where the log does not show all of them. */
const stepsOf = (change: Change): OverrideStep[] | undefined => {
  const { event, flagKey, changedKeys, before, after } = change;
  const pairs: [string, JsonValue, JsonValue][] = BATCH_EVENTS.has(event)
    ? changedKeys.map((key) => [key, fieldOf(before, key), fieldOf(after, key)])
    : [[flagKey ?? '', before, after]];
  const steps = pairs.map((pair) => overrideStep(...pair));
  if (steps.every((step) => step !== undefined)) {
    return steps;
  }
  // several of one flag lie under their kinds
  const byKind = changedKeys.map((kind) =>
    overrideStep(flagKey ?? '', fieldOf(before, kind), fieldOf(after, kind)),
  );
  return byKind.length > 0 && byKind.every((step) => step !== undefined) ? byKind : undefined;
};

const subjectIn = ({ targetUserId, targetDeviceId }: Change): OverrideSubject | undefined => {
  if (targetUserId !== null) {
    return { userId: targetUserId, deviceId: null };
  }
  return targetDeviceId === null ? undefined : { userId: null, deviceId: targetDeviceId };
};

const decided = ({ kind, value, enabled, reason, expiresAt }: AuditedOverride): Decided => ({
  ...(kind === 'value' && { value }),
  enabled,
  reason,
  expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
});

/** An override that a change was about, where it lies, and what is there now. */
interface Found {
  readonly step: OverrideStep;
  readonly record: FlagRecord;
  readonly opened: OpenedPlace;
}

const isAsItWas = ({ step: { before }, opened: { current } }: Found): boolean => {
  if (before === null || current === undefined) {
    return before === null && current === undefined;
  }
  const { value, enabled, reason, expiresAtMs } = decided(before);
  return (
    jsonEquals(value ?? null, current.value ?? null) &&
    enabled === current.enabled &&
    reason === current.reason &&
    expiresAtMs === current.expiresAtMs
  );
};

/** Puts overrides back as they were before a change: all that it was about, or none. */
export class OverrideReverts {
  constructor(private readonly parts: OverrideRevertsParts) {}

  /** With `expiresAt` what comes back ends then, not when it did before. */
  async revert(call: Call, change: Change, expiresAt?: string | null): Promise<Change> {
    const [logged, subject] = [stepsOf(change), subjectIn(change)];
    if (logged === undefined || subject === undefined) {
      throw notRevertible(
        'The audit log does not show what was there before in a form that can be put back.',
      );
    }
    const steps = this.withEnd(logged, expiresAt);
    return withinLimit(this.parts, call.environment, async (claim) => {
      await this.checkDevice(change, steps, subject);
      const found = await this.find(call, steps, subject);
      for (const each of found) {
        this.check(call, change, each);
      }
      if (found.every(isAsItWas)) {
        throw nothingToPutBack();
      }
      const [first, ...others] = found.map(({ step, record, opened }) =>
        OverrideWriter.write(
          opened,
          step.before === null ? undefined : this.parts.writer.next(call, opened, decided(step.before)),
          record,
        ),
      );
      if (first === undefined) {
        throw nothingToPutBack();
      }
      if (!call.dryRun) {
        for (const { flagKey } of steps) {
          await claim(flagKey);
        }
      }
      return this.parts.writer.commit(call, [first, ...others], aboutRevert(change, [first, ...others]));
    });
  }

  private withEnd(
    steps: readonly OverrideStep[],
    expiresAt: string | null | undefined,
  ): readonly OverrideStep[] {
    if (expiresAt === undefined) {
      return steps;
    }
    if (steps.every(({ before }) => before === null)) {
      throw nothingToEnd();
    }
    this.parts.writer.checkedExpiry(expiresAt);
    return steps.map((step) => ({ ...step, before: step.before && { ...step.before, expiresAt } }));
  }

  private async find(call: Call, steps: readonly OverrideStep[], subject: OverrideSubject): Promise<Found[]> {
    const { writer } = this.parts;
    const flagKeys = [...new Set(steps.map(({ flagKey }) => flagKey))];
    const records = new Map(
      await Promise.all(
        flagKeys.map(async (key) => [key, await writer.presentFlag(call.environment, key)] as const),
      ),
    );
    const placed = steps.flatMap((step) => {
      const record = records.get(step.flagKey);
      return record === undefined ? [] : [{ step, record }];
    });
    const opened = await writer.openPlaces(
      placed.map(({ step, record }) => placeOf(record, subject, step.kind)),
    );
    return placed.flatMap((each, index) => {
      const place = opened[index];
      return place === undefined ? [] : [{ ...each, opened: place }];
    });
  }

  /** What a device had is put on no other of its id, nor on one that has no values. */
  private async checkDevice(
    change: Change,
    steps: readonly OverrideStep[],
    { deviceId }: OverrideSubject,
  ): Promise<void> {
    if (deviceId !== null) {
      const { devices } = this.parts;
      const device = steps.some(({ before }) => before !== null)
        ? await eligibleDevice(devices, deviceId, '#path/id')
        : (await devices.readSlot(deviceId)).device;
      if (device !== undefined && device.createdAt > change.at) {
        throw movedOn(`the device "${deviceId}"`);
      }
    }
  }

  private check(call: Call, change: Change, { step, record, opened: { current } }: Found): void {
    checkVersion(call, current?.version);
    // a flag that was created since has no part in what became of its former self
    if (record.flag.createdAt > change.at || !jsonEquals(shown(current), step.after)) {
      throw movedOn(`the override on "${step.flagKey}"`);
    }
    if (step.before === null) {
      return;
    }
    const { expiresAt, kind, value } = step.before;
    if (expiresAt !== null && Date.parse(expiresAt) <= this.parts.clock()) {
      throw notRevertible(
        `The override on "${step.flagKey}" expired at ${expiresAt}: say another end for it, as "expiresAt".`,
      );
    }
    if (kind === 'value') {
      const faults = unfitValues(record, new Map([['#path/id', value]]), this.parts.compilers);
      if (faults.length > 0) {
        throw refused('INVALID_VALUE', faults);
      }
    }
  }
}

/** One side of a change of several: by flag, or by kind where they are of one flag. */
const sideOf = (
  writes: readonly OverrideWrite[],
  keyOf: (write: OverrideWrite) => string,
  stateOf: (write: OverrideWrite) => StoredOverride | undefined,
): JsonValue => Object.fromEntries(writes.map((write) => [keyOf(write), shown(stateOf(write))]));

/** What the log will say: the event that would have done the same. */
const aboutRevert = (
  { id, event, flagKey }: Change,
  writes: readonly [OverrideWrite, ...OverrideWrite[]],
): ChangeAbout => {
  const [first] = writes;
  const reason = reasonOfRevert(id);
  const isBatch = BATCH_EVENTS.has(event);
  // what has expired was not there any more
  const was = ({ slot: { override }, next }: OverrideWrite) => (next?.version === 1 ? undefined : override);
  const isNew = was(first) === undefined;
  const about = overrideChange(
    writes,
    isNew ? 'override.added' : first.next === undefined ? 'override.removed' : 'override.updated',
    reason,
  );
  if (!isBatch && writes.length === 1) {
    return about;
  }
  const keyOf = isBatch ? (write: OverrideWrite) => write.flagKey : (write: OverrideWrite) => write.kind;
  const sides = { before: sideOf(writes, keyOf, was), after: sideOf(writes, keyOf, ({ next }) => next) };
  return {
    ...about,
    ...sides,
    flagKey,
    changedKeys: writes.map(keyOf),
    event: isBatch ? event : about.event,
  };
};
