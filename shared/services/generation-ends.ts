import type { FlagGeneration, FlagRepository } from '../ports';
import type { ChangeRepository } from '../stream-ports';

export interface GenerationEndsParts {
  readonly flags: Pick<FlagRepository, 'generationOf'>;
  readonly changes: Pick<ChangeRepository, 'findEnd'>;
}

/**
 * Which generations of flags live, for records that have come together: each flag is read once, later than all of them
 * were written. An import is a million records of one flag.
 */
export class GenerationEnds {
  /** Generations that live, by environment and flag key. */
  private readonly living = new Map<string, Promise<string | undefined>>();

  constructor(private readonly parts: GenerationEndsParts) {}

  async isAlive({ environment, flagKey, generation }: FlagGeneration): Promise<boolean> {
    const name = `${environment}#${flagKey}`;
    const living = this.living.get(name) ?? this.parts.flags.generationOf(environment, flagKey);
    this.living.set(name, living);
    return (await living) === generation;
  }

  /** When the generation's flag was deleted, in epoch milliseconds; undefined while it lives. */
  async of(of: FlagGeneration): Promise<number | undefined> {
    if (await this.isAlive(of)) {
      return undefined;
    }
    const deletion = await this.parts.changes.findEnd(of);
    // ended past the API: nobody knows when
    return deletion === undefined ? 0 : Date.parse(deletion.at);
  }
}
