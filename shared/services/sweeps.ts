import { PoisonRecord } from '../errors';
import type { FlagGeneration, FlagRepository, SweepRepository, Telemetry } from '../ports';

/** Items read and removed at a time. */
const STEP = 500;

export interface SweepServiceParts {
  /** Reads the stream record that asks for a sweep, or throws `PoisonRecord`. */
  readonly readRecord: (record: unknown) => FlagGeneration;
  readonly flags: FlagRepository;
  readonly sweeps: SweepRepository;
  readonly telemetry: Telemetry;
}

/** Removes the overrides that a deleted flag left behind. They count nowhere already; this is tidying. */
export class SweepService {
  constructor(private readonly parts: SweepServiceParts) {}

  /**
   * Does what one stream record asks for; false where it should come again. A record that cannot be understood holds
   * up no other.
   */
  async sweepRecord(record: unknown, hasTime: () => boolean): Promise<boolean> {
    const { readRecord, telemetry } = this.parts;
    try {
      await this.sweep(readRecord(record), hasTime);
      return true;
    } catch (error) {
      if (error instanceof PoisonRecord) {
        telemetry.error('sweep record not understood', { error });
        telemetry.count('PoisonRecords');
        return true;
      }
      telemetry.warn('sweep put off', { error });
      telemetry.count('RecordFailures');
      return false;
    }
  }

  /** Works while `hasTime()`; what is left then goes on in an invocation of its own. A living flag is never touched. */
  async sweep(of: FlagGeneration, hasTime: () => boolean): Promise<void> {
    const { flags, sweeps, telemetry } = this.parts;
    let removed = 0;
    let found: number;
    do {
      if ((await flags.generationOf(of.environment, of.flagKey)) === of.generation) {
        telemetry.error('refused to sweep the overrides of a living flag', { ...of });
        await sweeps.finish(of);
        return;
      }
      found = await sweeps.removeSome(of, STEP);
      removed += found;
    } while (found > 0 && hasTime());
    telemetry.info('swept overrides', { ...of, removed, isDone: found === 0 });
    await (found === 0 ? sweeps.finish(of) : sweeps.goOn(of));
  }
}
