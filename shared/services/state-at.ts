import type { Flag } from '../contract/flag';
import { OVERRIDE_KINDS, type OverrideKind } from '../contract/override';
import type { Segment } from '../contract/segment';
import type { ExplainedOverride } from '../evaluation/describe-overrides';
import type { OverridePlace, OverrideRepository, OverrideSubject, StoredOverride } from '../override-ports';
import type { FlagRecord, FlagRepository, SegmentRepository } from '../ports';
import { flagNotFound } from './not-found';
import { segmentsNamedIn } from './rule-faults';
import type { History } from './history';
import type { PastOverride } from './past-override';

export interface StateReaderParts {
  readonly flags: Pick<FlagRepository, 'read'>;
  readonly segments: Pick<SegmentRepository, 'read'>;
  readonly overrides: Pick<OverrideRepository, 'readSlots'>;
  readonly history: Pick<History, 'flagAt' | 'segmentAt' | 'overridesAt'>;
}

/** Whose state of which flag. */
interface Place {
  readonly environment: string;
  readonly flagKey: string;
  /** Undefined for an anonymous caller, who has no overrides. */
  readonly userId: string | undefined;
  /** The device that the user asks from, if it is their own and eligible. */
  readonly deviceId?: string | undefined;
}

/** What decides about a flag: the flag, the user's and the device's overrides on it, the segments that its rules name. */
export interface State {
  readonly record: FlagRecord;
  readonly overrides: readonly ExplainedOverride[];
  readonly segments: readonly Segment[];
}

/** Stands for the generation of a former flag, which the audit log does not tell. */
const FORMER = 'former';

/** Reads what decides about a flag, strongly as far as it is about the present. */
export class StateReader {
  constructor(private readonly parts: StateReaderParts) {}

  /** What is there now. What is planned, and when overrides end, lets it be judged at a later moment as well. */
  async present(place: Place): Promise<State> {
    const { environment, flagKey } = place;
    const record = await this.parts.flags.read(environment, flagKey);
    if (record === undefined) {
      throw flagNotFound(flagKey);
    }
    const [overrides, segments] = await Promise.all([
      this.presentOverrides(place, record),
      this.segmentsOf(record, (key) => this.parts.segments.read(environment, key)),
    ]);
    return { record, overrides, segments };
  }

  /** What was there at a moment in the past; a text says why there is nothing. */
  async past(place: Place, atMs: number): Promise<State | string> {
    const { environment, flagKey } = place;
    const { flags, history, segments } = this.parts;
    const present = await flags.read(environment, flagKey);
    const flag = await history.flagAt(environment, flagKey, present?.flag, atMs);
    if (flag === 'no trace') {
      throw flagNotFound(flagKey);
    }
    const at = new Date(atMs).toISOString();
    if (flag === 'nothing') {
      return `there was no flag of this key at ${at}`;
    }
    if (flag === 'unknown') {
      return `nothing is known of the flag at ${at}: the audit log does not reach back that far`;
    }
    const record = recordOf(flag, present);
    const unknown = new Set<string>();
    const [overrides, named] = await Promise.all([
      this.pastOverrides(place, flag, present, atMs),
      this.segmentsOf(record, async (key) => {
        const segment = await history.segmentAt(
          environment,
          key,
          await segments.read(environment, key),
          atMs,
        );
        if (segment === 'unknown') {
          unknown.add(`the segment "${key}"`);
          return undefined;
        }
        return segment;
      }),
    ]);
    if (overrides === 'imported') {
      return `nothing is known of the user's overrides at ${at}: an import may have changed them, and the audit log does not say whose it did`;
    }
    if (overrides === 'unknown' || unknown.size > 0) {
      const what = overrides === 'unknown' ? "the user's overrides" : [...unknown].join(', ');
      return `nothing is known of ${what} at ${at}: the audit log does not reach back that far`;
    }
    return {
      record,
      overrides: overrides.map((override) => ({ ...override, generation: generationOf(override, record) })),
      segments: named,
    };
  }

  private async presentOverrides(place: Place, { generation }: FlagRecord): Promise<StoredOverride[]> {
    const { environment, flagKey } = place;
    const places = subjectsIn(place).flatMap((subject): OverridePlace[] =>
      kindsOf(subject).map((kind) => ({ environment, flagKey, generation, ...subject, kind })),
    );
    const slots = await this.parts.overrides.readSlots(places);
    return slots.flatMap(({ override }) => override ?? []);
  }

  private async pastOverrides(
    place: Place,
    flag: Flag,
    present: FlagRecord | undefined,
    atMs: number,
  ): Promise<PastOverride[] | 'unknown' | 'imported'> {
    const isThere = present !== undefined && isSame(present.flag, flag);
    const now = isThere ? await this.presentOverrides(place, present) : undefined;
    const past = subjectsIn(place).map((subject) => {
      const theirs = now?.filter(({ deviceId }) => deviceId === subject.deviceId);
      return this.parts.history.overridesAt(flag, subject, theirs, atMs);
    });
    const found = await Promise.all(past);
    return (
      found.find((each) => typeof each === 'string') ??
      found.flatMap((each) => (typeof each === 'string' ? [] : each))
    );
  }

  private async segmentsOf(
    { flag, planned = [] }: FlagRecord,
    read: (key: string) => Promise<Segment | undefined>,
  ): Promise<Segment[]> {
    const rules = [...flag.rules, ...planned.flatMap((change) => change.rules ?? [])];
    const named = new Set(segmentsNamedIn(rules, []).map(({ key }) => key));
    const segments = await Promise.all([...named].map(read));
    return segments.filter((segment) => segment !== undefined);
  }
}

/** Whose overrides count; nobody's for an anonymous caller. */
const subjectsIn = ({ userId, deviceId }: Place): OverrideSubject[] => {
  if (userId === undefined) {
    return [];
  }
  return [{ userId, deviceId: null }, ...(deviceId === undefined ? [] : [{ userId: null, deviceId }])];
};

const kindsOf = ({ userId }: OverrideSubject): readonly OverrideKind[] =>
  userId === null ? ['value'] : OVERRIDE_KINDS;

/** Whether it is the same flag, not another of its key. */
const isSame = (one: Flag, other: Flag): boolean => one.createdAt === other.createdAt;

/** The flag as it was, with what only the table knows of it: its generation, and what is planned while it is still so. */
const recordOf = (flag: Flag, present: FlagRecord | undefined): FlagRecord => {
  if (present === undefined || !isSame(present.flag, flag)) {
    return { flag, generation: flag.createdAt };
  }
  return { ...present, flag, planned: present.flag.version === flag.version ? present.planned : undefined };
};

/** An override that is older than the flag was set on a former flag of that key. */
const generationOf = (override: PastOverride, { flag, generation }: FlagRecord): string =>
  Date.parse(override.createdAt) < Date.parse(flag.createdAt) ? FORMER : generation;
