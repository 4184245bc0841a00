import * as z from 'zod';
import type { ImportRecord } from '../import-ports';
import type { Change } from '../ports';

export const MANY_OVERRIDES = 'overrides.imported';

/** What the audit log says of an import that ends: one event, however many overrides it wrote. */
export const importChange = (record: ImportRecord, id: string, at: string): Change => {
  const { importId, startedAt, state, counts, copiedFrom, defaults } = record;
  const { accepted, rejected, added, updated, unchanged } = counts;
  return {
    ...changeOf(record, id, at),
    after: {
      importId,
      startedAt,
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
  const { importId, startedAt, counts, undoReason } = record;
  const left = counts.written - counts.restored;
  return {
    ...changeOf(record, id, at),
    after: { undoneImportId: importId, startedAt, restored: counts.restored, left, ...counts.undone },
    reason: undoReason ?? null,
  };
};

/** What it says of a redo. */
export const redoneChange = (record: ImportRecord, id: string, at: string): Change => {
  const { importId, startedAt, counts, undoReason } = record;
  const { added, updated, switchedOff, left } = counts.redone ?? {
    added: 0,
    updated: 0,
    switchedOff: 0,
    left: 0,
  };
  return {
    ...changeOf(record, id, at),
    after: {
      redoneImportId: importId,
      startedAt,
      restored: added + updated,
      left,
      added,
      updated,
      switchedOff,
    },
    reason: undoReason ?? null,
  };
};

/** When the overrides changed that an event is about, in epoch milliseconds; of an undo or a redo, since the import began. */
export interface ImportSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly isUndo: boolean;
}

const SpanSchema = z.looseObject({
  startedAt: z.string(),
  undoneImportId: z.string().optional(),
  redoneImportId: z.string().optional(),
});

/** A redo follows on an undo. An event that cannot be read may be one, and of any time before it. */
export const importSpan = ({ at, after }: Change): ImportSpan => {
  const { data } = SpanSchema.safeParse(after);
  return {
    startMs: data === undefined ? 0 : Date.parse(data.startedAt),
    endMs: Date.parse(at),
    isUndo: data === undefined || (data.undoneImportId ?? data.redoneImportId) !== undefined,
  };
};

const changeOf = (
  { environment, flagKey, attribution }: ImportRecord,
  id: string,
  at: string,
): Omit<Change, 'after'> => ({
  id,
  event: MANY_OVERRIDES,
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
