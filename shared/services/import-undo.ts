import type { Compilers } from '../evaluation/model';
import type { ImportRecord, ImportRepository, ImportStep, WrittenOverride } from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';
import { undoneChange } from './import-changes';

/** An override that goes and had expired takes two items of a transaction. */
const STEP = 45;

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
    const found = page.written.map((each) => each.found);
    const restored = record.counts.restored + found.length;
    const isEnd = page.next === undefined;
    const to: ImportRecord = {
      ...record,
      cursor: page.next ?? record.cursor,
      counts: { ...record.counts, restored },
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && { state: 'undone', finishedAt: at }),
    };
    return {
      from: record,
      to,
      writes: found.map((each) => this.restoring(record, flag, each, at)),
      changes: [
        ...found.flatMap(({ slot: { override } }) =>
          override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
        ),
        ...(isEnd && restored > 0 ? [undoneChange(to, newId(), at)] : []),
      ],
    };
  }

  /** What does not fit the flag any more is there again, but switched off. */
  private restoring(
    { attribution }: ImportRecord,
    flag: FlagRecord,
    { slot, ...place }: WrittenOverride,
    at: string,
  ): NonNullable<ImportStep['writes']>[number] {
    const { replaced, override } = slot;
    const next = replaced && {
      ...replaced,
      enabled: replaced.enabled && unfitOverride(flag, replaced, '/value', this.parts.compilers).length === 0,
      // versions only go up: what somebody saw of the import must not pass for what comes later
      version: (override?.version ?? replaced.version) + 1,
      updatedBy: attribution.actor,
      updatedAt: at,
    };
    return { ...place, slot, next, replaced: undefined, judgedBy: flag };
  }
}

const MAX_STEP_BYTES = 2 * 1024 * 1024;

const isLight = (written: readonly { found: WrittenOverride }[]): boolean =>
  written.reduce(
    (sum, { found }) => sum + Buffer.byteLength(JSON.stringify(found.slot.replaced ?? null)),
    0,
  ) <= MAX_STEP_BYTES;
