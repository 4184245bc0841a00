import type { Compilers } from '../evaluation/model';
import type {
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  ReplacedOverride,
  WrittenOverride,
} from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';
import { undoneChange } from './import-changes';

const STEP = 90;
/** A transaction has at most 100 items; some of them are the import itself, counters, its event. */
const MAX_STEP_ITEMS = 92;

type Write = NonNullable<ImportStep['writes']>[number] & { readonly slot: ImportSlot };

export interface ImportUndoParts {
  readonly imports: Pick<ImportRepository, 'read' | 'written'>;
  readonly compilers: Pick<Compilers, 'compilePattern'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Puts back what an import found, wherever nobody has changed since what it left. */
export class ImportUndo {
  constructor(private readonly parts: ImportUndoParts) {}

  /** The step that follows on `record`; `flag` is the flag it writes on. */
  async next(record: ImportRecord, flag: FlagRecord): Promise<ImportStep> {
    const { imports, clock, newId } = this.parts;
    let limit = STEP;
    let page = await imports.written(record, { after: record.cursor, limit });
    let nowMs = clock();
    while (limit > 1 && !isLight(page.written, nowMs)) {
      limit = Math.ceil(limit / 2);
      page = await imports.written(record, { after: record.cursor, limit });
      nowMs = clock();
    }
    const written = page.written.map(({ found }) => found);
    const undone = await this.undoneBelow(record, written);
    const at = new Date(nowMs).toISOString();
    const restored = written.map((each) => {
      const replaced = lastingOf(each.slot.replaced, undone);
      return { replaced, write: this.restoring(record, flag, each, replaced, nowMs) };
    });
    const writes = restored.map(({ write }) => write);
    const counts = countsAfter(record.counts, restored, nowMs);
    const isEnd = page.next === undefined;
    const to: ImportRecord = {
      ...record,
      cursor: page.next ?? record.cursor,
      counts,
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && { state: 'undone', finishedAt: at }),
    };
    const { environment, flagKey } = record;
    return {
      from: record,
      to,
      writes,
      lasting: importsOf(writes).map((importId) => ({ environment, flagKey, importId })),
      changes: [
        ...writes.flatMap(({ slot: { override } }) =>
          override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
        ),
        ...(isEnd && counts.written > 0 ? [undoneChange(to, newId(), at)] : []),
      ],
    };
  }

  /** Of the imports that left what this one replaced, those that are undone by now: their undoing passed it by. */
  private async undoneBelow(
    { environment, flagKey }: ImportRecord,
    written: readonly WrittenOverride[],
  ): Promise<ReadonlySet<string>> {
    const importIds = [...new Set(written.flatMap(({ slot }) => importsBelow(slot.replaced)))];
    const records = await Promise.all(
      importIds.map((importId) => this.parts.imports.read({ environment, flagKey, importId })),
    );
    return new Set(
      records.flatMap((each) =>
        each?.state === 'undone' || each?.state === 'undoing' ? [each.importId] : [],
      ),
    );
  }

  private restoring(
    { attribution }: ImportRecord,
    flag: FlagRecord,
    { slot, ...place }: WrittenOverride,
    replaced: ReplacedOverride | undefined,
    nowMs: number,
  ): Write {
    const { override } = slot;
    // what is over by now is not there: put back, it would come to the same end a second time
    const kept =
      replaced === undefined || hasExpired(replaced.override, nowMs) ? undefined : replaced.override;
    const next = kept && {
      ...kept,
      // nobody looks at what an import replaced when a flag comes to have another schema
      enabled: kept.enabled && unfitOverride(flag, kept, '/value', this.parts.compilers).length === 0,
      // versions only go up: what somebody saw of the import must not pass for what comes later
      version: (override?.version ?? kept.version) + 1,
      updatedBy: attribution.actor,
      updatedAt: new Date(nowMs).toISOString(),
    };
    const left = { importId: replaced?.importId, replaced: replaced?.replaced };
    return { ...place, slot, next, ...left, judgedBy: flag };
  }
}

const importsBelow = (replaced: ReplacedOverride | undefined): string[] =>
  replaced === undefined ? [] : [replaced.importId ?? [], importsBelow(replaced.replaced)].flat();

const importsOf = (writes: readonly Write[]): string[] => [
  ...new Set(writes.flatMap(({ next, importId }) => (next === undefined ? [] : (importId ?? [])))),
];

/** What was there before, without what imports left that are undone. */
const lastingOf = (
  replaced: ReplacedOverride | undefined,
  undone: ReadonlySet<string>,
): ReplacedOverride | undefined =>
  replaced?.importId !== undefined && undone.has(replaced.importId)
    ? lastingOf(replaced.replaced, undone)
    : replaced;

const NOTHING = { added: 0, updated: 0, removed: 0, switchedOff: 0 };

const countsAfter = (
  before: ImportCounts,
  restored: readonly { write: Write; replaced: ReplacedOverride | undefined }[],
  nowMs: number,
): ImportCounts => {
  const { undone = NOTHING } = before;
  const changed = restored.map(({ write: { slot, next }, replaced }) => ({
    was: slot.override !== undefined && !hasExpired(slot.override, nowMs),
    is: next !== undefined,
    isSwitchedOff: next?.enabled === false && replaced?.override.enabled === true,
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

const MAX_STEP_BYTES = 2 * 1024 * 1024;

/** An override that goes and had expired takes two items of a transaction, and each import that is held for lasting one. */
const isLight = (written: readonly { found: WrittenOverride }[], nowMs: number): boolean => {
  const replaced = written.map(({ found }) => found.slot.replaced);
  const expired = written.filter(
    ({ found: { slot } }) => slot.override !== undefined && hasExpired(slot.override, nowMs),
  );
  const items = written.length + expired.length + new Set(replaced.flatMap(importsBelow)).size;
  // what is replaced is kept as text within text
  const bytes = Buffer.byteLength(JSON.stringify(replaced.map((each) => JSON.stringify(each ?? null))));
  return items <= MAX_STEP_ITEMS && bytes <= MAX_STEP_BYTES;
};
