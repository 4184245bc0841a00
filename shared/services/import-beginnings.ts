import type { ImportCounts, ImportRecord } from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import type { Call } from './call';

const NOTHING: ImportCounts = {
  accepted: 0,
  rejected: 0,
  added: 0,
  updated: 0,
  unchanged: 0,
  written: 0,
  restored: 0,
};

/** An import that nothing has been done of. */
export const newImport = (
  { clock, newId }: { clock: Clock; newId: NewId },
  { environment, attribution }: Call,
  { flag, generation }: FlagRecord,
  given: Pick<ImportRecord, 'source' | 'defaults'> & Partial<Pick<ImportRecord, 'copiedFrom'>>,
): ImportRecord => {
  const at = new Date(clock()).toISOString();
  return {
    environment,
    flagKey: flag.key,
    generation,
    importId: newId(),
    copiedFrom: null,
    ...given,
    state: 'open',
    isDryRun: false,
    parts: {},
    cursor: '',
    counts: NOTHING,
    failure: null,
    attribution,
    createdBy: attribution.actor,
    createdAt: at,
    updatedAt: at,
    startedAt: null,
    startedVersion: 0,
    finishedAt: null,
    heldUntilMs: 0,
    version: 1,
  };
};

/** The import as work on it begins: what was counted before stays only where it is undone or redone. */
export const begun = (
  record: ImportRecord,
  { attribution, dryRun }: Call,
  state: 'running' | 'undoing' | 'redoing',
  nowMs: number,
): ImportRecord => {
  const at = new Date(nowMs).toISOString();
  const version = record.version + 1;
  return {
    ...record,
    state,
    cursor: '',
    attribution,
    updatedAt: at,
    finishedAt: null,
    heldUntilMs: 0,
    version,
    ...(state === 'running'
      ? { isDryRun: dryRun, counts: NOTHING, failure: null, startedAt: at, startedVersion: version }
      : {
          counts: {
            ...record.counts,
            ...(state === 'undoing' && { restored: 0, undone: undefined }),
            redone: undefined,
          },
        }),
  };
};
