import type { AuditEventName } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import type { Change, Clock, NewId, OverrideWrite, StoredOverride } from '../ports';
import type { Call } from './call';
import { shownOverride } from './shown-override';

/** What can change about an override, bookkeeping aside. */
const FIELDS = ['overrideType', 'reason', 'expiresAt'] as const;

const shown = (override: StoredOverride | undefined): JsonValue =>
  override === undefined ? null : shownOverride(override);

const changedKeys = (before: StoredOverride | undefined, after: StoredOverride | undefined): string[] => {
  const [was, is] = [before && shownOverride(before), after && shownOverride(after)];
  return FIELDS.filter((field) => (was?.[field] ?? null) !== (is?.[field] ?? null));
};

/**
 * The record of one change of a user's overrides on a flag. Where an include and an exclude go together, its
 * `before` holds both by kind; otherwise `before` and `after` are the override itself.
 */
export const overrideChange = (
  parts: { newId: NewId; clock: Clock },
  call: Call,
  writes: readonly [OverrideWrite, ...OverrideWrite[]],
  event: AuditEventName,
  reason: string | null,
): Change => {
  const [first] = writes;
  // an override that has expired is not there: its end is an event of its own
  const was = event === 'override.added' ? undefined : first.slot.override;
  const isOne = writes.length === 1;
  return {
    id: parts.newId(),
    event,
    environment: first.environment,
    flagKey: first.flagKey,
    targetUserId: first.userId,
    targetDeviceId: null,
    changedKeys: isOne ? changedKeys(was, first.next) : writes.map(({ kind }) => kind),
    before: isOne
      ? shown(was)
      : Object.fromEntries(writes.map(({ kind, slot }) => [kind, shown(slot.override)])),
    after: shown(first.next),
    reason,
    // the override says of itself when it came to be so: at that very moment it has to be found in the log
    at: first.next?.updatedAt ?? new Date(parts.clock()).toISOString(),
    ...call.attribution,
  };
};
