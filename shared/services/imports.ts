import { type CreateImportRequest, MAX_IMPORT_ROWS } from '../contract/import';
import type { Import, ImportPart } from '../contract/import-answers';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, refused, StoreUnavailable } from '../errors';
import type {
  HeldPart,
  ImportParts,
  ImportPlace,
  ImportRecord,
  ImportRepository,
  ImportStep,
} from '../import-ports';
import type { Clock, NewId, Telemetry } from '../ports';
import type { Call } from './call';
import { retryOnConflict } from './conflict-retry';
import { begun, newImport } from './import-beginnings';
import { endingStep } from './import-engine';
import { type ImportJobs, inState } from './import-jobs';
import { readTable } from './import-rows';
import { MAX_PART_ROWS } from './import-sources';
import type { OverrideWriter } from './override-writer';
import { shownImport } from './shown-import';

export interface ImportServiceParts {
  readonly writer: Pick<OverrideWriter, 'presentFlag' | 'checkedExpiry'>;
  readonly jobs: ImportJobs;
  readonly imports: Pick<ImportRepository, 'commit' | 'remove'>;
  readonly importParts: ImportParts;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly telemetry: Telemetry;
}

/** Parts may be sent, and the import started, until it has written something. */
const isOpen = ({ state, isDryRun }: ImportRecord): boolean =>
  state === 'open' || (isDryRun && (state === 'done' || state === 'cancelled'));

/** Imports of many overrides: what is sent, started, looked at and taken back. */
export class ImportService {
  constructor(private readonly parts: ImportServiceParts) {}

  async create(call: Call, flagKey: string, request: CreateImportRequest): Promise<Import> {
    const { writer, imports } = this.parts;
    const { overrideType = null, reason = null, expiresAt = null } = request ?? {};
    const expiresAtMs = writer.checkedExpiry(expiresAt);
    const flag = await writer.presentFlag(call.environment, flagKey);
    const record = newImport(this.parts, call, flag, {
      source: 'parts',
      defaults: {
        overrideType,
        reason: reason === '' ? null : reason,
        expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
      },
    });
    await imports.commit({ from: undefined, to: record });
    return shownImport(record, []);
  }

  /** Keeps the part, in place of one of the same number. */
  async putPart(of: ImportPlace, part: number, text: string): Promise<ImportPart> {
    const { imports, importParts, newId } = this.parts;
    const first = await this.openImport(of);
    const format = {
      defaults: first.defaults,
      userIdFormat: this.parts.userIdFormat,
      maxRows: MAX_PART_ROWS,
    };
    const held: HeldPart = {
      rows: readTable(text, format).rows.length,
      object: `${of.importId}/${part}-${newId()}`,
    };
    await importParts.put(held.object, text);
    try {
      const replaced = await retryOnConflict(async () => {
        const record = await this.openImport(of);
        await imports.commit({ from: record, to: this.withPart(record, part, held) });
        return record.parts[String(part)];
      });
      await this.forget(replaced);
    } catch (error) {
      if (!(error instanceof StoreUnavailable && error.applied === 'unknown')) {
        await this.forget(held);
      }
      throw error;
    }
    return { part, rows: held.rows };
  }

  private withPart(record: ImportRecord, part: number, held: HeldPart): ImportRecord {
    const parts = { ...record.parts, [String(part)]: held };
    const rows = Object.values(parts).reduce((sum, each) => sum + each.rows, 0);
    if (rows > MAX_IMPORT_ROWS) {
      throw new FlagError('PAYLOAD_TOO_LARGE', `An import has at most ${String(MAX_IMPORT_ROWS)} rows.`);
    }
    // the outcome of a dry run was about other parts
    return { ...this.moved(record), state: 'open', isDryRun: false, parts };
  }

  /** Has the import worked off: `IN_USE` where it is already, `INVALID_REQUEST` names parts that are missing. */
  async start(call: Call, of: ImportPlace): Promise<Import> {
    const started = await this.parts.jobs.begin(of, (record) => {
      if (!isOpen(record)) {
        throw inState(record, 'an import is started once');
      }
      checkParts(record);
      return begun(record, call, 'running', this.parts.clock());
    });
    return shownImport(started, []);
  }

  /** Stops an import that runs, and says what was done; one that has not been started is deleted: undefined. */
  async cancel(of: ImportPlace): Promise<Import | undefined> {
    const { imports } = this.parts;
    const left = await retryOnConflict(async (): Promise<ImportRecord | ImportStep> => {
      const record = await this.parts.jobs.present(of);
      if (record.state === 'running') {
        const step = endingStep(record, 'cancelled', this.parts);
        await imports.commit(step);
        return step;
      }
      if (!isOpen(record)) {
        throw inState(record, 'only one that is open or running can be taken back by DELETE');
      }
      await imports.remove(record);
      return record;
    });
    if ('to' in left) {
      return shownImport(left.to, await this.parts.jobs.errorsOf(left.to));
    }
    await Promise.all(Object.values(left.parts).map((part) => this.forget(part)));
    return undefined;
  }

  private async openImport(of: ImportPlace): Promise<ImportRecord> {
    const record = await this.parts.jobs.present(of);
    if (!isOpen(record) || record.source !== 'parts') {
      throw inState(record, 'it takes no further parts');
    }
    return record;
  }

  private moved(record: ImportRecord): ImportRecord {
    return {
      ...record,
      updatedAt: new Date(this.parts.clock()).toISOString(),
      version: record.version + 1,
    };
  }

  /** What is not forgotten now is so after some weeks. */
  private async forget(part: HeldPart | undefined): Promise<void> {
    if (part !== undefined) {
      await this.parts.importParts.delete(part.object).catch((error: unknown) => {
        this.parts.telemetry.warn('part of an import not deleted', { error });
      });
    }
  }
}

const checkParts = ({ parts, source }: ImportRecord): void => {
  if (source !== 'parts') {
    return;
  }
  const last = Math.max(1, ...Object.keys(parts).map(Number));
  const missing = Array.from({ length: last }, (_, index) => index + 1).filter(
    (part) => parts[String(part)] === undefined,
  );
  if (missing.length > 0) {
    throw refused(
      'INVALID_REQUEST',
      missing.map((part) => ({
        pointer: `#parts/${String(part)}`,
        code: 'missing_part',
        message: `part ${String(part)} has not been sent`,
      })),
    );
  }
};
