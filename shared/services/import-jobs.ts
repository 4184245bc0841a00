import { MAX_NAMED_REJECTIONS } from '../contract/import';
import type { Import } from '../contract/import-answers';
import { FlagError } from '../errors';
import type { ImportPlace, ImportRecord, ImportRepository, NamedRejection } from '../import-ports';
import type { ChangeLimiter, Clock, Telemetry } from '../ports';
import type { Call } from './call';
import { begun } from './import-beginnings';
import type { OverrideWriter } from './override-writer';
import { shownImport } from './shown-import';
import { withinLimit } from './within-limit';

export interface ImportJobsParts {
  readonly writer: Pick<OverrideWriter, 'presentFlag'>;
  readonly imports: Pick<ImportRepository, 'read' | 'commit' | 'rejected'>;
  readonly limiter: ChangeLimiter;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export const inState = ({ state, isDryRun }: ImportRecord, what: string): FlagError =>
  new FlagError('IN_USE', `The import is ${state}${isDryRun ? ' (a dry run)' : ''}: ${what}.`);

/** Imports that are there: what is known of them, and work on them that begins. What was sent of them is not read. */
export class ImportJobs {
  constructor(private readonly parts: ImportJobsParts) {}

  async get(of: ImportPlace): Promise<Import> {
    const record = await this.present(of);
    return shownImport(record, await this.errorsOf(record));
  }

  /** Puts back what the import replaced; `undoReason` is for the log. A dry run gives the import as it is. */
  async undo(call: Call, of: ImportPlace, undoReason?: string): Promise<Import> {
    return this.turned(call, of, (record) => {
      const { state, isDryRun } = record;
      if (isDryRun || (state !== 'done' && state !== 'cancelled' && state !== 'failed')) {
        throw inState(record, 'what is undone is an import that has written something and is over');
      }
      const undoing = begun(record, call, 'undoing', this.parts.clock());
      return { ...undoing, undoneFrom: state, undoReason };
    });
  }

  /** Brings back what the undo of the import took away, as {@link undo} puts back. */
  async redo(call: Call, of: ImportPlace, undoReason?: string): Promise<Import> {
    return this.turned(call, of, (record) => {
      if (record.state !== 'undone') {
        throw inState(record, 'what is redone is an import that is undone');
      }
      return { ...begun(record, call, 'redoing', this.parts.clock()), undoReason };
    });
  }

  private async turned(
    call: Call,
    of: ImportPlace,
    next: (record: ImportRecord) => ImportRecord,
  ): Promise<Import> {
    const asItIs = async (): Promise<ImportRecord> => {
      const record = await this.present(of);
      next(record);
      return record;
    };
    const turned = call.dryRun ? await asItIs() : await this.begin(of, next);
    return shownImport(turned, await this.errorsOf(turned));
  }

  /** Has the import worked off as `next` makes it. */
  async begin(of: ImportPlace, next: (record: ImportRecord) => ImportRecord): Promise<ImportRecord> {
    return withinLimit(this.parts, of.environment, async (claim) => {
      const record = await this.present(of);
      const to = next(record);
      if (!to.isDryRun) {
        await claim(of.flagKey);
      }
      await this.parts.imports.commit({ from: record, to, begins: true });
      return to;
    });
  }

  /** `FLAG_NOT_FOUND`, or `NOT_FOUND` where the flag, in its present life, has no such import. */
  async present(of: ImportPlace): Promise<ImportRecord> {
    const [flag, record] = await Promise.all([
      this.parts.writer.presentFlag(of.environment, of.flagKey),
      this.parts.imports.read(of),
    ]);
    if (record?.generation !== flag.generation) {
      throw new FlagError('NOT_FOUND', `The flag "${of.flagKey}" has no import of this id.`);
    }
    return record;
  }

  /** Rows that were rejected, as many as are named. */
  errorsOf(record: ImportRecord): Promise<readonly NamedRejection[]> {
    return record.counts.rejected === 0
      ? Promise.resolve([])
      : this.parts.imports.rejected(record, MAX_NAMED_REJECTIONS);
  }
}
