import { setTimeout as sleep } from 'node:timers/promises';
import { PoisonRecord, StoreUnavailable } from '../errors';
import type { ImportParts, ImportPlace, ImportRecord, ImportRepository } from '../import-ports';
import type { Clock, FlagGeneration, Telemetry } from '../ports';
import { type ImportEngine, isAtWork } from './import-engine';
import type { SweepService } from './sweeps';

/** What a stream record asks to be done. */
type Job = { readonly sweep: FlagGeneration } | { readonly import: ImportPlace };

export interface JobServiceParts {
  /** Reads the stream record that asks for a job, or throws `PoisonRecord`. */
  readonly readRecord: (record: unknown) => Job;
  readonly sweeps: Pick<SweepService, 'sweep'>;
  readonly engine: Pick<ImportEngine, 'work'>;
  readonly imports: Pick<ImportRepository, 'read' | 'goOn' | 'finish'>;
  readonly importParts: Pick<ImportParts, 'delete'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const LOOK_AGAIN_MS = 250;
/** After so long it is the turn of whatever else waits: a stream gives one record after the other. */
const TURN_MS = 20_000;

/** Whether it will never read its parts again; after a dry run it takes others, and may be started. */
const isOver = (record: ImportRecord): boolean =>
  !isAtWork(record) && record.state !== 'open' && !record.isDryRun;

/** Work that outlasts a request: what the stream asks for is done here, for as long as an invocation has time. */
export class JobService {
  constructor(private readonly parts: JobServiceParts) {}

  /**
   * Does what one stream record asks for, for a turn and while `hasTime()`; false where it should come again. A record
   * that cannot be understood holds up no other.
   */
  async runRecord(record: unknown, hasTime: () => boolean): Promise<boolean> {
    const { readRecord, sweeps, clock, telemetry } = this.parts;
    const untilMs = clock() + TURN_MS;
    const isItsTurn = (): boolean => clock() < untilMs && hasTime();
    try {
      const job = readRecord(record);
      await ('sweep' in job ? sweeps.sweep(job.sweep, isItsTurn) : this.workOff(job.import, isItsTurn));
      return true;
    } catch (error) {
      if (error instanceof PoisonRecord) {
        telemetry.error('record of a job not understood', { error });
        telemetry.count('PoisonRecords');
        return true;
      }
      telemetry.warn('job put off', { error });
      telemetry.count('RecordFailures');
      return false;
    }
  }

  /**
   * Works an import off while `hasTime()`; what is left then goes on in an invocation of its own. Throws
   * `StoreUnavailable` where there was time and it came no further.
   */
  async workOff(of: ImportPlace, hasTime: () => boolean): Promise<void> {
    const { engine, imports, telemetry } = this.parts;
    await this.whileHeld(of, hasTime);
    const record = await engine.work(of, hasTime);
    if (isAtWork(record)) {
      if (hasTime()) {
        // put off, it is tried some times more, and then given up: it must not hold up others for ever
        throw new StoreUnavailable('no', new Error('a step of the import is refused again and again'));
      }
      await imports.goOn(of);
      return;
    }
    telemetry.info('import worked off', { ...of, state: record?.state });
    if (record !== undefined && isOver(record)) {
      await this.forget(record);
    }
    await imports.finish(of);
  }

  /** A request that is at it needs no help: another worker would only take its steps away. */
  private async whileHeld(of: ImportPlace, hasTime: () => boolean): Promise<void> {
    const { imports, clock } = this.parts;
    let record = await imports.read(of);
    while (isAtWork(record) && record.heldUntilMs > clock() && hasTime()) {
      await sleep(Math.min(LOOK_AGAIN_MS, record.heldUntilMs - clock() + 1));
      record = await imports.read(of);
    }
  }

  /** What is not forgotten now is so after some weeks. */
  private async forget({ parts }: ImportRecord): Promise<void> {
    for (const { object } of Object.values(parts)) {
      await this.parts.importParts.delete(object).catch((error: unknown) => {
        this.parts.telemetry.warn('part of an import not deleted', { error });
      });
    }
  }
}
