import type { Compilers } from '../evaluation/model';
import type {
  Backup,
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportStep,
  LeftByImport,
  WrittenOverride,
} from '../import-ports';
import type { OverridePlace, StoredOverride } from '../override-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';
import { undoneChange } from './import-changes';
import { type Descent, ImportLayers } from './import-layers';
import { isLight } from './import-step-size';

/** An override and what is kept of it are two items of a transaction. */
const STEP = 46;

type Write = NonNullable<ImportStep['writes']>[number];

export interface ImportUndoParts {
  readonly imports: Pick<ImportRepository, 'read' | 'written' | 'backups'>;
  readonly compilers: Pick<Compilers, 'compilePattern'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** What becomes of one override. */
interface Restored {
  readonly write: Write;
  /** What is put back, as it was. */
  readonly before: StoredOverride | undefined;
  readonly backups: readonly Backup[];
  /** Other imports below that are undone: with this one goes what they had left. */
  readonly passed: readonly string[];
}

/** Puts back what an import found, wherever nobody has changed since what it left, and keeps what it takes away. */
export class ImportUndo {
  private readonly layers: ImportLayers;

  constructor(private readonly parts: ImportUndoParts) {
    this.layers = new ImportLayers(parts.imports);
  }

  /** The step that follows on `record`; `flag` is the flag it writes on. */
  async next(record: ImportRecord, flag: FlagRecord): Promise<ImportStep> {
    for (let limit = STEP; ; limit = Math.ceil(limit / 2)) {
      const page = await this.parts.imports.written(record, { after: record.cursor, limit });
      const descents = await this.descents(record, page.written);
      const nowMs = this.parts.clock();
      const restored = page.written.flatMap((each, index) => {
        const descent = descents[index];
        // where it is not kept any more what the import found, what it left stays
        return descent?.isKnown === true ? [this.restoring(record, flag, each, descent, nowMs)] : [];
      });
      const step = this.stepOf(record, restored, page.next, nowMs);
      if (limit === 1 || isLight(step)) {
        return step;
      }
    }
  }

  private descents(record: ImportRecord, written: readonly WrittenOverride[]): Promise<Descent[]> {
    const tops = written.map(({ slot: { override, left }, ...place }) => ({
      place,
      layer: override && { override, left },
    }));
    return this.layers.descend(tops, this.undoneImports(record));
  }

  /** Which imports are undone by now: their undoing passed by what lay below something else. */
  private undoneImports({ environment, flagKey, importId }: ImportRecord) {
    const asked = new Map([[importId, Promise.resolve(true)]]);
    const isUndone = async (other: string): Promise<boolean> => {
      const record = await this.parts.imports.read({ environment, flagKey, importId: other });
      return record?.state === 'undone' || record?.state === 'undoing';
    };
    return ({ importId: other }: LeftByImport): Promise<boolean> => {
      const known = asked.get(other) ?? isUndone(other);
      asked.set(other, known);
      return known;
    };
  }

  private restoring(
    { importId, attribution }: ImportRecord,
    flag: FlagRecord,
    { slot, ...place }: WrittenOverride,
    { passed, end }: Descent,
    nowMs: number,
  ): Restored {
    // what is over by now is not there: put back, it would come to the same end a second time
    const before = end === undefined || hasExpired(end.override, nowMs) ? undefined : end.override;
    const next = before && {
      ...before,
      // nobody looks at what an import replaced when a flag comes to have another schema
      enabled: before.enabled && unfitOverride(flag, before, '/value', this.parts.compilers).length === 0,
      // versions only go up: what somebody saw of the import must not pass for what comes later
      version: (slot.override?.version ?? before.version) + 1,
      updatedBy: attribution.actor,
      updatedAt: new Date(nowMs).toISOString(),
    };
    const left = next && end?.left;
    return {
      write: { ...place, slot, next, left, judgedBy: flag },
      before,
      backups: backupsOf(passed, place, next === undefined ? nowMs : next.expiresAtMs, nowMs),
      passed: passed.map((each) => each.left.importId).filter((each) => each !== importId),
    };
  }

  private stepOf(
    record: ImportRecord,
    restored: readonly Restored[],
    next: string | undefined,
    nowMs: number,
  ): ImportStep {
    const { environment, flagKey } = record;
    const at = new Date(nowMs).toISOString();
    const writes = restored.map(({ write }) => write);
    const counts = countsAfter(record.counts, restored, nowMs);
    const isEnd = next === undefined;
    const to: ImportRecord = {
      ...record,
      cursor: next ?? record.cursor,
      counts,
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && { state: 'undone', finishedAt: at }),
    };
    const placesOf = (importIds: readonly string[]) =>
      [...new Set(importIds)].map((importId) => ({ environment, flagKey, importId }));
    return {
      from: record,
      to,
      writes,
      backups: restored.flatMap(({ backups }) => backups),
      lasting: placesOf(writes.flatMap(({ left }) => left?.importId ?? [])),
      undone: placesOf(restored.flatMap(({ passed }) => passed)),
      changes: [
        ...writes.flatMap(({ slot: { override } }) =>
          override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
        ),
        ...(isEnd && counts.written > 0 ? [undoneChange(to, this.parts.newId(), at)] : []),
      ],
    };
  }
}

/** What has ended by itself is not taken away. */
const backupsOf = (
  passed: Descent['passed'],
  place: OverridePlace,
  emptyFromMs: number | null,
  nowMs: number,
): Backup[] =>
  passed
    .filter(({ override }) => !hasExpired(override, nowMs))
    .map(({ override, left, found }) => ({ ...left, place, found, taken: { override, emptyFromMs } }));

const NOTHING = { added: 0, updated: 0, removed: 0, switchedOff: 0 };

const countsAfter = (before: ImportCounts, restored: readonly Restored[], nowMs: number): ImportCounts => {
  const { undone = NOTHING } = before;
  const changed = restored.map(({ write: { slot, next }, before: replaced }) => ({
    was: slot.override !== undefined && !hasExpired(slot.override, nowMs),
    is: next !== undefined,
    isSwitchedOff: next?.enabled === false && replaced?.enabled === true,
  }));
  const countOf = (test: (each: (typeof changed)[number]) => boolean): number => changed.filter(test).length;
  return {
    ...before,
    restored: before.restored + restored.length,
    undone: {
      added: undone.added + countOf(({ was, is }) => is && !was),
      updated: undone.updated + countOf(({ was, is }) => is && was),
      removed: undone.removed + countOf(({ was, is }) => was && !is),
      switchedOff: undone.switchedOff + countOf(({ isSwitchedOff }) => isSwitchedOff),
    },
  };
};
