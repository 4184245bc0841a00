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
import { hasExpired } from './expiry-change';
import { undoneChange } from './import-changes';
import { type Descent, ImportLayers, MAX_PASSED, type Top } from './import-layers';
import { endsIn, returned, RETURNS_AT_ONCE } from './import-returns';
import { isLight } from './import-step-size';

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
  /** Imports that are undone, this one among them: with it goes what others below had left. */
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
    let [limit, deepest] = [RETURNS_AT_ONCE, MAX_PASSED];
    for (;;) {
      const page = await this.parts.imports.written(record, { after: record.cursor, limit });
      const undone = new UndoneImports(record, this.parts.imports);
      const descents = await this.layers.descend(
        topsOf(page.written),
        (...asked) => undone.has(...asked),
        deepest,
      );
      const nowMs = this.parts.clock();
      const restored = page.written.flatMap((each, index) => {
        const descent = descents[index];
        // where it is not kept any more what the import found, what it left stays
        return descent?.isKnown === true ? [this.restoring(record, flag, each, descent, nowMs)] : [];
      });
      const step = this.stepOf(record, restored, page.next, nowMs, undone);
      if (isLight(step) || (limit === 1 && deepest === 1)) {
        return step;
      }
      // one by one first, and then less deep: large values of many imports may lie one below the other
      [limit, deepest] = limit > 1 ? [Math.ceil(limit / 2), deepest] : [1, Math.ceil(deepest / 2)];
    }
  }

  private restoring(
    record: ImportRecord,
    flag: FlagRecord,
    { slot, ...place }: WrittenOverride,
    { passed, end }: Descent,
    nowMs: number,
  ): Restored {
    // what is over by now is not there: put back, it would come to the same end a second time
    const before = end === undefined || hasExpired(end.override, nowMs) ? undefined : end.override;
    const next = before && returned(before, slot, { flag, record, nowMs }, this.parts.compilers);
    const left = next && end?.left;
    return {
      write: { ...place, slot, next, left, judgedBy: flag },
      before,
      backups: backupsOf(passed, place, next === undefined ? nowMs : next.expiresAtMs, nowMs),
      passed: passed.map((each) => each.left.importId),
    };
  }

  private stepOf(
    record: ImportRecord,
    restored: readonly Restored[],
    next: string | undefined,
    nowMs: number,
    undone: UndoneImports,
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
      undone: placesOf(undone.recordedAmong(restored.flatMap(({ passed }) => passed))),
      changes: [
        ...endsIn(writes, nowMs),
        ...(isEnd && counts.written > 0 ? [undoneChange(to, this.parts.newId(), at)] : []),
      ],
    };
  }
}

const topsOf = (written: readonly WrittenOverride[]): Top[] =>
  written.map(({ slot: { override, left }, ...place }) => ({ place, layer: override && { override, left } }));

/** Which imports are undone by now: their undoing passed by what lay below something else. */
class UndoneImports {
  private readonly asked = new Map<string, Promise<ImportRecord | undefined>>();
  private readonly recorded = new Set<string>();

  constructor(
    private readonly record: ImportRecord,
    private readonly imports: Pick<ImportRepository, 'read' | 'backups'>,
  ) {}

  async has(left: LeftByImport, { place }: Top): Promise<boolean> {
    if (left.importId === this.record.importId) {
      return true;
    }
    const other = await this.read(left.importId);
    if (other !== undefined) {
      this.recorded.add(left.importId);
      return other.state === 'undone' || other.state === 'undoing';
    }
    // the import itself is kept no more; if it was undone before, an undo of what lay on it has passed by
    const [backup] = await this.imports.backups([{ ...left, place }]);
    return backup?.taken !== undefined;
  }

  /** Others than the one that is being undone. */
  recordedAmong(importIds: readonly string[]): string[] {
    return importIds.filter((each) => this.recorded.has(each));
  }

  private read(importId: string): Promise<ImportRecord | undefined> {
    const { environment, flagKey } = this.record;
    const known = this.asked.get(importId) ?? this.imports.read({ environment, flagKey, importId });
    this.asked.set(importId, known);
    return known;
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
