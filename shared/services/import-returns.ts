import type { Compilers } from '../evaluation/model';
import type { ImportRecord, ImportSlot, ImportStep } from '../import-ports';
import type { StoredOverride } from '../override-ports';
import type { Change, FlagRecord } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';

/** What undos and redos have in common: overrides that come back. */

/** So many go into a transaction: an override and what is kept of it are two items. */
export const RETURNS_AT_ONCE = 46;

/** The override as it comes back to a place. */
export const returned = (
  override: StoredOverride,
  to: ImportSlot,
  { flag, record, nowMs }: { flag: FlagRecord; record: ImportRecord; nowMs: number },
  compilers: Pick<Compilers, 'compilePattern'>,
): StoredOverride => ({
  ...override,
  // nobody looks at what lies in backups when a flag comes to have another schema
  enabled: override.enabled && unfitOverride(flag, override, '/value', compilers).length === 0,
  // versions only go up: what somebody saw of the one must not pass for the other
  version: (to.override?.version ?? override.version) + 1,
  updatedBy: record.attribution.actor,
  updatedAt: new Date(nowMs).toISOString(),
});

/** The ends of what had expired where something else is written now. */
export const endsIn = (writes: ImportStep['writes'] = [], nowMs: number): Change[] =>
  writes.flatMap(({ slot: { override } }) =>
    override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
  );
