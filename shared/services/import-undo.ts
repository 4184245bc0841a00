import type { Compilers } from '../evaluation/model';
import type {
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  WrittenOverride,
} from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';
import { undoneChange } from './import-changes';

/** An override that goes and had expired takes two items of a transaction. */
const STEP = 45;

type Write = NonNullable<ImportStep['writes']>[number] & { readonly slot: ImportSlot };

export interface ImportUndoParts {
  readonly imports: Pick<ImportRepository, 'written'>;
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
    while (limit > 1 && !isLight(page.written)) {
      limit = Math.ceil(limit / 2);
      page = await imports.written(record, { after: record.cursor, limit });
    }
    const nowMs = clock();
    const at = new Date(nowMs).toISOString();
    const writes = page.written.map(({ found }) => this.restoring(record, flag, found, nowMs));
    const counts = countsAfter(record.counts, writes, nowMs);
    const isEnd = page.next === undefined;
    const to: ImportRecord = {
      ...record,
      cursor: page.next ?? record.cursor,
      counts,
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && { state: 'undone', finishedAt: at }),
    };
    return {
      from: record,
      to,
      writes,
      changes: [
        ...writes.flatMap(({ slot: { override } }) =>
          override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
        ),
        ...(isEnd && counts.restored > 0 ? [undoneChange(to, newId(), at)] : []),
      ],
    };
  }

  private restoring(
    { attribution }: ImportRecord,
    flag: FlagRecord,
    { slot, ...place }: WrittenOverride,
    nowMs: number,
  ): Write {
    const { replaced, override } = slot;
    // what is over by now is not there: put back, it would come to the same end a second time
    const kept = replaced === undefined || hasExpired(replaced, nowMs) ? undefined : replaced;
    const next = kept && {
      ...kept,
      // nobody looks at what an import replaced when a flag comes to have another schema
      enabled: kept.enabled && unfitOverride(flag, kept, '/value', this.parts.compilers).length === 0,
      // versions only go up: what somebody saw of the import must not pass for what comes later
      version: (override?.version ?? kept.version) + 1,
      updatedBy: attribution.actor,
      updatedAt: new Date(nowMs).toISOString(),
    };
    return { ...place, slot, next, replaced: undefined, judgedBy: flag };
  }
}

const NOTHING = { added: 0, updated: 0, removed: 0, switchedOff: 0 };

const countsAfter = (before: ImportCounts, writes: readonly Write[], nowMs: number): ImportCounts => {
  const { undone = NOTHING } = before;
  const changed = writes.map(({ slot: { override, replaced }, next }) => ({
    was: override !== undefined && !hasExpired(override, nowMs),
    is: next !== undefined,
    isSwitchedOff: next?.enabled === false && replaced?.enabled === true,
  }));
  const countOf = (test: (each: (typeof changed)[number]) => boolean): number => changed.filter(test).length;
  return {
    ...before,
    restored: before.restored + writes.length,
    undone: {
      added: undone.added + countOf(({ was, is }) => is && !was),
      updated: undone.updated + countOf(({ was, is }) => is && was),
      removed: undone.removed + countOf(({ was, is }) => was && !is),
      switchedOff: undone.switchedOff + countOf(({ isSwitchedOff }) => isSwitchedOff),
    },
  };
};

const MAX_STEP_BYTES = 2 * 1024 * 1024;

const isLight = (written: readonly { found: WrittenOverride }[]): boolean =>
  written.reduce(
    (sum, { found }) => sum + Buffer.byteLength(JSON.stringify(found.slot.replaced ?? null)),
    0,
  ) <= MAX_STEP_BYTES;
