import type { ImportRecord } from '../import-ports';
import type { Change } from '../ports';

const MANY = 'overrides.imported';

/** What the audit log says of an import that ends: one event, however many overrides it wrote. */
export const importChange = (record: ImportRecord, id: string, at: string): Change => {
  const { importId, state, counts, copiedFrom, defaults } = record;
  const { accepted, rejected, added, updated, unchanged } = counts;
  return {
    ...changeOf(record, id, at),
    after: {
      importId,
      state,
      accepted,
      rejected,
      added,
      updated,
      unchanged,
      ...(copiedFrom !== null && { copiedFrom: copiedFrom.flagKey }),
    },
    reason: defaults.reason,
  };
};

/** What it says of an undoing. */
export const undoneChange = (record: ImportRecord, id: string, at: string): Change => {
  const { importId, counts } = record;
  const left = counts.written - counts.restored;
  return {
    ...changeOf(record, id, at),
    after: { undoneImportId: importId, restored: counts.restored, left, ...counts.undone },
  };
};

const changeOf = (
  { environment, flagKey, attribution }: ImportRecord,
  id: string,
  at: string,
): Omit<Change, 'after'> => ({
  id,
  event: MANY,
  environment,
  flagKey,
  targetUserId: null,
  targetDeviceId: null,
  changedKeys: [],
  before: null,
  reason: null,
  at,
  ...attribution,
});
