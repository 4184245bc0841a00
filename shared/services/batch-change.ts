import type { JsonValue } from '../contract/primitives';
import type { OverrideWrite, StoredOverride } from '../override-ports';
import type { ChangeAbout } from './override-writer';
import { auditedOverride } from './shown-override';

/** Bytes of overrides in one change record, which an item of 400 kB has to hold. */
export const MAX_CHANGE_BYTES = 300_000;

const shown = (override: StoredOverride | undefined): JsonValue =>
  override === undefined ? null : auditedOverride(override);

/** What the audit log says of a change of a user's or device's values of several flags. */
export const batchChange = (
  writes: readonly [OverrideWrite, ...OverrideWrite[]],
  currentOf: (write: OverrideWrite) => StoredOverride | undefined,
): ChangeAbout => {
  const [{ environment, userId, deviceId }] = writes;
  return {
    event: userId === null ? 'device.feature_flags.changed' : 'user.feature_flags.changed',
    environment,
    flagKey: null,
    targetUserId: userId,
    targetDeviceId: deviceId,
    changedKeys: writes.map(({ flagKey }) => flagKey),
    before: Object.fromEntries(writes.map((write) => [write.flagKey, shown(currentOf(write))])),
    after: Object.fromEntries(writes.map(({ flagKey, next }) => [flagKey, shown(next)])),
    reason: null,
  };
};

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
