import type { OverridePlace, OverrideRepository, OverrideSubject, StoredOverride } from '../override-ports';
import type { FlagRepository } from '../ports';
import { batchChange, bytesOf, MAX_CHANGE_BYTES } from './batch-change';
import type { Call } from './call';
import { retryOnConflict } from './conflict-retry';
import { OverrideWriter, subjectOf } from './override-writer';

/** Flags of one change, as many as an operator's batch has. */
const MAX_FLAGS = 32;
/** Overrides in groups that one change can tell of. */
const grouped = (overrides: readonly StoredOverride[]): StoredOverride[][] => {
  const groups: { members: StoredOverride[]; bytes: number }[] = [];
  for (const override of overrides) {
    const bytes = bytesOf(override);
    const last = groups.at(-1);
    if (last === undefined || last.members.length === MAX_FLAGS || last.bytes + bytes > MAX_CHANGE_BYTES) {
      groups.push({ members: [override], bytes });
    } else {
      last.members.push(override);
      last.bytes += bytes;
    }
  }
  return groups.map(({ members }) => members);
};

const placeIn = (override: StoredOverride): OverridePlace => ({
  environment: override.environment,
  flagKey: override.flagKey,
  generation: override.generation,
  ...subjectOf(override),
  kind: override.kind,
});

export interface DeviceOverridesParts {
  readonly writer: OverrideWriter;
  readonly flags: Pick<FlagRepository, 'generationsOf'>;
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly environments: readonly string[];
}

/** The overrides of a device go when its registration does. */
export class DeviceOverrides {
  constructor(private readonly parts: DeviceOverridesParts) {}

  /**
   * Removes those that were last written until `untilMs`, of all environments. They follow from the end of the device,
   * so they take no place of the flags' hourly limits.
   */
  async removeAll(call: Call, deviceId: string, untilMs: number): Promise<void> {
    const { overrides, environments } = this.parts;
    const subject: OverrideSubject = { userId: null, deviceId };
    for (const environment of environments) {
      const found = await this.living(environment, await overrides.ofSubject(environment, subject));
      for (const group of grouped(found)) {
        await retryOnConflict(() => this.removeSome({ ...call, environment }, group, untilMs));
      }
    }
  }

  private async removeSome(call: Call, group: readonly StoredOverride[], untilMs: number): Promise<void> {
    const { writer } = this.parts;
    const opened = await writer.openPlaces(group.map(placeIn));
    const [first, ...others] = opened
      .filter(({ current }) => current !== undefined && Date.parse(current.updatedAt) <= untilMs)
      .map((each) => OverrideWriter.write(each, undefined));
    if (first !== undefined) {
      const writes = [first, ...others] as const;
      await writer.commit(
        call,
        writes,
        batchChange(writes, ({ slot }) => slot.override),
      );
    }
  }

  /** Without those that a former flag has left behind: they go with it. */
  private async living(environment: string, found: readonly StoredOverride[]): Promise<StoredOverride[]> {
    const flagKeys = found.map(({ flagKey }) => flagKey);
    const generations = await this.parts.flags.generationsOf(environment, flagKeys);
    return found.filter(({ flagKey, generation }) => generations.get(flagKey) === generation);
  }
}
