import type { JsonValue } from '../contract/primitives';
import type { Segment } from '../contract/segment';
import type { StoredOverride } from '../override-ports';
import type { Change, FlagRecord } from '../ports';
import type { CorruptItem, Transition } from '../stream-ports';
import { auditedOverride } from './shown-override';

/** Characters of a state that somebody wrote past the API; what comes through it is bounded before. */
const MAX_STATE = 140_000;

/** Who is named where a change did not come through the API. */
const UNKNOWN_ACTOR = 'system:unattributed';

type State = FlagRecord | Segment | StoredOverride;

const shown = (state: State | CorruptItem | undefined): JsonValue => {
  if (state === undefined) {
    return null;
  }
  if ('corrupt' in state) {
    return state.corrupt;
  }
  if ('flag' in state) {
    return state.flag;
  }
  return 'conditions' in state ? state : auditedOverride(state);
};

/** What fits an item of the audit log beside the other side of the change. */
const bounded = (state: JsonValue): JsonValue => {
  const text = JSON.stringify(state);
  return text.length > MAX_STATE ? { truncated: text.slice(0, MAX_STATE) } : state;
};

/** What the audit log says of a change that did not come through the API. */
export const unattributedChange = (
  { recordId, at, before, after }: { recordId: string; at: string } & Transition<State>,
  target: Pick<Change, 'environment' | 'flagKey' | 'targetUserId' | 'targetDeviceId'>,
): Change => ({
  id: recordId,
  event: 'change.unattributed',
  ...target,
  actor: UNKNOWN_ACTOR,
  changedKeys: [],
  before: bounded(shown(before)),
  after: bounded(shown(after)),
  reason: null,
  ip: null,
  userAgent: null,
  route: null,
  requestId: null,
  at,
});
