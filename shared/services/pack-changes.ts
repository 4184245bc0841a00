import type { StoredOverride } from '../override-ports';
import { auditedOverride } from './shown-override';
import type { OpenedPlace } from './override-writer';

/** An override as it is, and as it is to be: undefined where it is to go. */
export interface OverrideChange {
  readonly opened: OpenedPlace;
  readonly next: StoredOverride | undefined;
}

/** What a transaction of DynamoDB takes, with something left for the bookkeeping. */
const MAX_ACTIONS = 100;
const MAX_BYTES = 3 * 1024 * 1024;

/** The override and its change record. */
const ACTIONS_PER_CHANGE = 2;
/** A counter, and the flag that a value has to fit. */
const ACTIONS_PER_FLAG = 2;
/** Names, keys and attribution. */
const BYTES_PER_CHANGE = 4 * 1024;

const sizeOf = (override: StoredOverride | undefined): number =>
  override === undefined ? 0 : Buffer.byteLength(JSON.stringify(auditedOverride(override)));

/** The change record holds the override as it was and as it is, the table as it is. */
const bytesOf = ({ opened, next }: OverrideChange): number =>
  BYTES_PER_CHANGE + sizeOf(opened.current) + 2 * sizeOf(next);

/** What a user or a device has of a flag changes together. */
const bundled = <Each extends OverrideChange>(changes: readonly Each[]): Each[][] => {
  const bundles = new Map<string, Each[]>();
  for (const change of changes) {
    const { flagKey, userId, deviceId } = change.opened.place;
    const key = JSON.stringify([flagKey, userId, deviceId]);
    bundles.set(key, [...(bundles.get(key) ?? []), change]);
  }
  return [...bundles.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, bundle]) => bundle);
};

/**
 * Spreads changes over as few transactions as hold them; each also moves a counter of every flag that it is about, and
 * checks the flag.
 */
export const packChanges = <Each extends OverrideChange>(changes: readonly Each[]): Each[][] => {
  const packs: { changes: Each[]; flags: Set<string>; bytes: number }[] = [];
  for (const bundle of bundled(changes)) {
    const flagKey = bundle[0]?.opened.place.flagKey ?? '';
    const bytes = bundle.reduce((sum, change) => sum + bytesOf(change), 0);
    const last = packs.at(-1);
    const actions =
      ((last?.changes.length ?? 0) + bundle.length) * ACTIONS_PER_CHANGE +
      new Set([...(last?.flags ?? []), flagKey]).size * ACTIONS_PER_FLAG;
    if (last === undefined || actions > MAX_ACTIONS || last.bytes + bytes > MAX_BYTES) {
      packs.push({ changes: bundle, flags: new Set([flagKey]), bytes });
    } else {
      last.changes.push(...bundle);
      last.flags.add(flagKey);
      last.bytes += bytes;
    }
  }
  return packs.map((pack) => pack.changes);
};
