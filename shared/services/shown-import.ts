import type { Import } from '../contract/import-answers';
import type { ImportRecord, NamedRejection } from '../import-ports';

const rowsOf = ({ source, parts }: ImportRecord): number | null =>
  source === 'copy' ? null : Object.values(parts).reduce((sum, { rows }) => sum + rows, 0);

const undoOf = ({ state, counts }: ImportRecord): Import['undo'] =>
  state === 'undoing' || state === 'undone' || state === 'redoing'
    ? {
        restored: counts.restored,
        left: state === 'undoing' ? null : counts.written - counts.restored,
        switchedOff: counts.undone?.switchedOff ?? 0,
      }
    : null;

const redoOf = ({ state, counts: { redone } }: ImportRecord): Import['redo'] =>
  redone === undefined
    ? null
    : {
        restored: redone.added + redone.updated,
        left: state === 'redoing' ? null : redone.left,
        switchedOff: redone.switchedOff,
      };

export const shownImport = (record: ImportRecord, errors: readonly NamedRejection[]): Import => {
  const { counts } = record;
  const done = counts.accepted + counts.rejected;
  const rows = rowsOf(record) ?? (record.finishedAt === null ? null : done);
  return {
    id: record.importId,
    flagKey: record.flagKey,
    environment: record.environment,
    source: record.source,
    copiedFrom: record.copiedFrom?.flagKey ?? null,
    state: record.state,
    dryRun: record.isDryRun,
    defaults: record.defaults,
    parts: Object.entries(record.parts)
      .map(([part, held]) => ({ part: Number(part), rows: held.rows }))
      .sort((one, other) => one.part - other.part),
    progress: { rows, done },
    accepted: counts.accepted,
    rejected: counts.rejected,
    added: counts.added,
    updated: counts.updated,
    unchanged: counts.unchanged,
    undo: undoOf(record),
    redo: redoOf(record),
    errors: [...errors],
    failure: record.failure,
    createdBy: record.createdBy,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    version: record.version,
  };
};
