import type { JsonValue } from '../contract/primitives';
import { remainingMs } from '../deadline';
import { type FieldError, FlagError } from '../errors';
import type { Compilers } from '../evaluation/model';
import type { OverrideRepository, StoredOverride } from '../override-ports';
import type { Clock, FlagRecord } from '../ports';
import type { Call } from './call';
import { retryOnConflict } from './conflict-retry';
import { unfitValues } from './fitting-value';
import { overrideChange } from './override-change';
import { OverrideWriter, placeOf } from './override-writer';
import { type OverrideChange, packChanges } from './pack-changes';

export interface StoredValuesParts {
  readonly overrides: Pick<OverrideRepository, 'walk' | 'hasValues'>;
  readonly writer: OverrideWriter;
  readonly compilers: Compilers;
  readonly clock: Clock;
}

interface Unfit {
  readonly override: StoredOverride;
  readonly message: string;
}

const READ_SIZE = 1_000;
const MAX_NAMED = 20;
/** The commit that may follow needs about this long. */
const LEAST_MS = 1_200;

const WHY = 'The value no longer fits the schema of the flag';

/**
 * The values that overrides give users and devices of a flag, against a definition that it is to have. Those that are
 * switched off are not asked: they are checked when they are switched on.
 */
export class StoredValues {
  constructor(private readonly parts: StoredValuesParts) {}

  /** Throws `IN_USE` naming overrides that `record` would break, unless the call forces them. */
  async check(call: Call, record: FlagRecord, pointer: string): Promise<void> {
    if (call.force === true) {
      return;
    }
    const named: FieldError[] = [];
    let count = 0;
    const beganMs = remainingMs();
    for await (const unfit of this.walkUnfit(record)) {
      count += unfit.length;
      const room = unfit.slice(0, MAX_NAMED - named.length);
      named.push(...room.map((each) => fieldError(pointer, each)));
      // after the commit all are looked through again, which takes as long
      if (remainingMs() < (beganMs + LEAST_MS) / 2) {
        throw inUse(`at least ${String(count)}`, named.length > 0 ? named : [tooMany(pointer)]);
      }
    }
    if (count > 0) {
      throw inUse(String(count), named);
    }
  }

  /**
   * Switches off what does not fit the flag as it is, each with an entry in the log: what the call forces, and what was
   * written between the check and the flag. What is written after the flag was held against it.
   */
  async disableUnfit(call: Call, record: FlagRecord): Promise<void> {
    if (call.dryRun) {
      return;
    }
    for await (const unfit of this.walkUnfit(record)) {
      const asRead = unfit.map(({ override }) => ({
        opened: { place: override, slot: { override, changeId: undefined }, current: override },
        next: override,
      }));
      for (const pack of packChanges(asRead)) {
        await retryOnConflict(() => this.disable(call, record, pack));
      }
    }
  }

  private async disable(call: Call, record: FlagRecord, found: readonly OverrideChange[]): Promise<void> {
    const { writer } = this.parts;
    const places = found.map(({ opened: { place } }) => placeOf(record, place, place.kind));
    const commits = (await writer.openPlaces(places)).flatMap((opened) => {
      const { current } = opened;
      if (current?.enabled !== true || this.unfit(record, new Map([['', current]])).length === 0) {
        return [];
      }
      const { value, reason, expiresAtMs } = current;
      const next = writer.next(call, opened, { value, reason, expiresAtMs, enabled: false });
      const writes = [OverrideWriter.write(opened, next)] as const;
      return [{ writes, about: overrideChange(writes, 'override.updated', WHY) }];
    });
    if (commits.length > 0) {
      await writer.commitAll(call, commits);
    }
  }

  /** Page by page, so that a flag of very many overrides takes no more memory than others. */
  private async *walkUnfit(record: FlagRecord): AsyncGenerator<Unfit[]> {
    const { overrides, clock } = this.parts;
    const { flag, generation } = record;
    const of = { environment: flag.environment, flagKey: flag.key, generation };
    if (flag.valueSchema === null || !(await overrides.hasValues(of))) {
      return;
    }
    let after: string | undefined;
    do {
      const read = await overrides.walk({ of: 'flag', ...of }, { after, limit: READ_SIZE, nowMs: clock() });
      const counting = read.found.filter(({ override }) => override.kind === 'value' && override.enabled);
      yield this.unfit(
        record,
        new Map(counting.map(({ override, position }) => [position, override] as const)),
      );
      after = read.next;
    } while (after !== undefined);
  }

  private unfit(record: FlagRecord, stored: ReadonlyMap<string, StoredOverride>): Unfit[] {
    const values = new Map([...stored].map(([position, { value = null }]) => [position, value] as const));
    const errors = values.size === 0 ? [] : unfitValues(record, values, this.parts.compilers);
    if (errors.every(({ pointer }) => stored.has(pointer))) {
      return errors.flatMap(({ pointer, message }) => {
        const override = stored.get(pointer);
        return override === undefined ? [] : [{ override, message }];
      });
    }
    // all together they take too long for the schema
    return [...stored].flatMap(([position, override]) => this.unfitAlone(record, position, override));
  }

  private unfitAlone(record: FlagRecord, position: string, override: StoredOverride): Unfit[] {
    const value = new Map<string, JsonValue>([[position, override.value ?? null]]);
    const [first] = unfitValues(record, value, this.parts.compilers);
    return first === undefined ? [] : [{ override, message: first.message }];
  }
}

const fieldError = (pointer: string, { override: { userId, deviceId }, message }: Unfit): FieldError => ({
  pointer,
  code: 'override_unfit',
  message: `${userId === null ? `the device "${deviceId}"` : `the user "${userId}"`} has a value that would not fit: ${message}`,
});

const tooMany = (pointer: string): FieldError => ({
  pointer,
  code: 'too_many_overrides',
  message: 'the flag has too many overrides to look through all of them in one request',
});

const inUse = (count: string, errors: readonly FieldError[]): FlagError => {
  const [values, these] =
    count === '1'
      ? ['The value of 1 override', 'the override is']
      : [`The values of ${count} overrides`, 'these overrides are'];
  return new FlagError(
    'IN_USE',
    `${values} would no longer fit the flag. With force=true it changes, and ${these} switched off.`,
    { errors },
  );
};
