import type { AuditEventName } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import type { OverrideWrite, StoredOverride } from '../override-ports';
import type { ChangeAbout } from './override-writer';
import { auditedOverride } from './shown-override';

/** What can change about an override, bookkeeping aside. */
const FIELDS = ['overrideType', 'value', 'enabled', 'reason', 'expiresAt'] as const;

const shown = (override: StoredOverride | undefined): JsonValue =>
  override === undefined ? null : auditedOverride(override);

const fieldOf = (state: JsonValue, field: string): JsonValue =>
  typeof state === 'object' && state !== null && !Array.isArray(state) ? (state[field] ?? null) : null;

const changedKeys = (before: StoredOverride | undefined, after: StoredOverride | undefined): string[] => {
  const [was, is] = [shown(before), shown(after)];
  return FIELDS.filter((field) => JSON.stringify(fieldOf(was, field)) !== JSON.stringify(fieldOf(is, field)));
};

/**
 * What the audit log says of one change of overrides on a flag. Where an include and an exclude go together, its
 * `before` holds both by kind; otherwise `before` and `after` are the override itself.
 */
export const overrideChange = (
  writes: readonly [OverrideWrite, ...OverrideWrite[]],
  event: AuditEventName,
  reason: string | null,
): ChangeAbout => {
  const [first] = writes;
  // an override that has expired is not there: its end is an event of its own
  const was = event === 'override.added' ? undefined : first.slot.override;
  const isOne = writes.length === 1;
  return {
    event,
    environment: first.environment,
    flagKey: first.flagKey,
    targetUserId: first.userId,
    targetDeviceId: first.deviceId,
    changedKeys: isOne ? changedKeys(was, first.next) : writes.map(({ kind }) => kind),
    before: isOne
      ? shown(was)
      : Object.fromEntries(writes.map(({ kind, slot }) => [kind, shown(slot.override)])),
    after: shown(first.next),
    reason,
  };
};
