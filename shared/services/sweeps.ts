import type { FlagGeneration, FlagRepository, Telemetry } from '../ports';
import type { SweepRepository } from '../stream-ports';

/** Items read and removed at a time. */
const STEP = 500;

export interface SweepServiceParts {
  readonly flags: FlagRepository;
  readonly sweeps: SweepRepository;
  readonly telemetry: Telemetry;
}

/** Removes the overrides that a deleted flag left behind. They count nowhere already; this is tidying. */
export class SweepService {
  constructor(private readonly parts: SweepServiceParts) {}

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
