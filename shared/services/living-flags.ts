import type { FoundOverride } from '../override-ports';
import type { FlagRecord, FlagRepository } from '../ports';

/** Tells overrides of present flags from those that a former flag of the same key has left; each flag is read once. */
export class LivingFlags {
  private readonly known = new Map<string, FlagRecord | undefined>();

  constructor(
    private readonly flags: Pick<FlagRepository, 'readMany'>,
    private readonly environment: string,
  ) {}

  async present(found: readonly FoundOverride[]): Promise<FoundOverride[]> {
    const unknown = [...new Set(found.map(({ override }) => override.flagKey))].filter(
      (flagKey) => !this.known.has(flagKey),
    );
    if (unknown.length > 0) {
      const records = await this.flags.readMany(this.environment, unknown);
      for (const flagKey of unknown) {
        this.known.set(flagKey, records.get(flagKey));
      }
    }
    return found.filter(({ override: { flagKey, generation } }) => {
      const record = this.known.get(flagKey);
      return record !== undefined && record.generation === generation;
    });
  }
}
