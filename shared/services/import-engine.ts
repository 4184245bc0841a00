import { setTimeout as sleep } from 'node:timers/promises';
import { WriteConflict } from '../errors';
import type { ImportPlace, ImportRecord, ImportRepository, ImportStep } from '../import-ports';
import type { OverrideRepository } from '../override-ports';
import type { Clock, FlagRepository, NewId, Telemetry } from '../ports';
import { importChange } from './import-changes';
import type { ImportRedo } from './import-redo';
import { PartMissing } from './import-sources';
import type { ImportSteps } from './import-step';
import type { ImportUndo } from './import-undo';

const LONGEST_PAUSE_MS = 100;
/** A step that is refused so often in a row, while the import comes no further, is in nobody's way: something is wrong. */
const MAX_REFUSALS = 20;

export interface ImportEngineParts {
  readonly flags: Pick<FlagRepository, 'read'>;
  readonly overrides: Pick<OverrideRepository, 'bumpVersion'>;
  readonly imports: Pick<ImportRepository, 'read' | 'commit'>;
  readonly steps: Pick<ImportSteps, 'next'>;
  readonly undo: Pick<ImportUndo, 'next'>;
  readonly redo: Pick<ImportRedo, 'next'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly telemetry: Telemetry;
}

/** Whether there is still something to do. */
export const isAtWork = (
  record: ImportRecord | undefined,
): record is ImportRecord & { readonly state: 'running' | 'undoing' | 'redoing' } =>
  record?.state === 'running' || record?.state === 'undoing' || record?.state === 'redoing';

/**
 * Works imports off, step by step. Each step is one transaction with the overrides, the counters and how far the import
 * has come, under the condition that it had come as far as the step begins: whoever works, however often, wherever it
 * ends, each step is made once.
 */
export class ImportEngine {
  constructor(private readonly parts: ImportEngineParts) {}

  /**
   * Works while `hasTime()`, and gives up a step that is refused again and again. Gives the import as it is then,
   * undefined where there is none.
   */
  async work(of: ImportPlace, hasTime: () => boolean): Promise<ImportRecord | undefined> {
    let record = await this.parts.imports.read(of);
    let refusals = 0;
    while (isAtWork(record) && refusals < MAX_REFUSALS && hasTime()) {
      const { version } = record;
      try {
        record = await this.step(record);
      } catch (error) {
        if (!(error instanceof WriteConflict)) {
          throw error;
        }
        // another worker made the step, or somebody changed one of its overrides
        await sleep(Math.random() * LONGEST_PAUSE_MS);
        record = await this.parts.imports.read(of);
      }
      refusals = record?.version === version ? refusals + 1 : 0;
    }
    return record;
  }

  private async step(record: ImportRecord): Promise<ImportRecord> {
    const { imports, overrides, telemetry } = this.parts;
    const step = await this.next(record);
    await imports.commit(step);
    if ((step.writes ?? []).length > 0) {
      await overrides.bumpVersion(record.environment).catch((error: unknown) => {
        // the next step moves it, and the stream handler that of the last
        telemetry.warn('overrides version not moved', { error });
      });
    }
    return step.to;
  }

  private async next(record: ImportRecord): Promise<ImportStep> {
    const flag = await this.parts.flags.read(record.environment, record.flagKey);
    if (flag?.generation !== record.generation) {
      return this.failing(record, 'the flag was deleted');
    }
    if (record.state === 'undoing') {
      return this.parts.undo.next(record, flag);
    }
    if (record.state === 'redoing') {
      return this.parts.redo.next(record, flag);
    }
    try {
      return await this.parts.steps.next(record, flag);
    } catch (error) {
      if (error instanceof PartMissing) {
        return this.failing(record, error.message);
      }
      throw error;
    }
  }

  private failing(record: ImportRecord, failure: string): ImportStep {
    this.parts.telemetry.warn('import failed', { importId: record.importId, failure });
    return endingStep(record, 'failed', this.parts, failure);
  }
}

/** The step that ends an import before all of it is done. What was written stays, and is told. */
export const endingStep = (
  record: ImportRecord,
  state: 'cancelled' | 'failed',
  { clock, newId }: { clock: Clock; newId: NewId },
  failure: string | null = null,
): ImportStep => {
  const at = new Date(clock()).toISOString();
  const to: ImportRecord = {
    ...record,
    state,
    failure,
    updatedAt: at,
    finishedAt: at,
    version: record.version + 1,
  };
  const isTold = record.state === 'running' && record.counts.written > 0;
  return { from: record, to, changes: isTold ? [importChange(to, newId(), at)] : [] };
};
