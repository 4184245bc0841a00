import { type AuditEventName, BATCH_EVENTS } from '../contract/audit';
import { OVERRIDE_ACTIONS, type OverrideAction } from '../contract/metrics';
import type { JsonValue } from '../contract/primitives';
import type { OverrideTotals } from '../audit-ports';
import type { Change } from '../ports';

type Actions = Partial<Record<OverrideAction, number>>;

const fieldOf = (state: JsonValue | null, field: string): JsonValue =>
  typeof state === 'object' && state !== null && !Array.isArray(state) ? (state[field] ?? null) : null;

const numberAt = (state: JsonValue | null, field: string): number => {
  const number = fieldOf(state, field);
  return typeof number === 'number' && number > 0 ? number : 0;
};

/** How many overrides one side of a change shows: none, one, or several by their kinds. */
const shownIn = (state: JsonValue | null): number => {
  if (state === null || typeof state !== 'object' || Array.isArray(state)) {
    return 0;
  }
  const isOne = typeof state['version'] === 'number';
  return isOne ? 1 : Object.values(state).filter((each) => each !== null).length;
};

/** What became of the overrides that were there before, and of those that are there now. */
const actionsOf = (before: JsonValue | null, after: JsonValue | null): Actions => {
  const [was, is] = [shownIn(before), shownIn(after)];
  return {
    created: Math.max(0, is - was),
    updated: Math.min(was, is),
    deleted: Math.max(0, was - is),
  };
};

/** What an event on one flag tells of its overrides; the others tell nothing. */
const READ: Readonly<Partial<Record<AuditEventName, (change: Change) => Actions>>> = {
  'override.added': ({ before, after }) => actionsOf(before, after),
  'override.updated': ({ before, after }) => actionsOf(before, after),
  'override.removed': ({ before, after }) => actionsOf(before, after),
  'override.expired': () => ({ expired: 1 }),
  'overrides.imported': ({ after }) => ({
    created: numberAt(after, 'added'),
    updated: numberAt(after, 'updated'),
    deleted: numberAt(after, 'removed'),
  }),
  // something past the API that may not even be readable, so it is one whatever it looks like
  'change.unattributed': ({ targetUserId, targetDeviceId, before, after }) => {
    if (targetUserId === null && targetDeviceId === null) {
      return {};
    }
    return before === null ? { created: 1 } : after === null ? { deleted: 1 } : { updated: 1 };
  },
};

const byFlag = (change: Change): [string, Actions][] => {
  const { event, flagKey, changedKeys, before, after } = change;
  if (BATCH_EVENTS.has(event)) {
    return changedKeys.map((key) => [key, actionsOf(fieldOf(before, key), fieldOf(after, key))]);
  }
  return flagKey === null ? [] : [[flagKey, READ[event]?.(change) ?? {}]];
};

/** What a change did to overrides, by flag; flags to whose overrides it did nothing are left out. */
export const overrideTotals = (change: Change): OverrideTotals =>
  new Map(
    byFlag(change)
      .map(([flagKey, actions]): [string, Actions] => [
        flagKey,
        Object.fromEntries(Object.entries(actions).filter(([, by]) => by > 0)),
      ])
      .filter(([, actions]) => Object.keys(actions).length > 0),
  );

/** The same over all flags. */
export const totalsOfActions = (totals: OverrideTotals): [OverrideAction, number][] =>
  OVERRIDE_ACTIONS.map((action): [OverrideAction, number] => [
    action,
    [...totals.values()].reduce((sum, actions) => sum + (actions[action] ?? 0), 0),
  ]).filter(([, by]) => by > 0);
