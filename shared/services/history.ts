import type * as z from 'zod';
import { type Flag, FlagSchema } from '../contract/flag';
import { OVERRIDE_KINDS } from '../contract/override';
import type { JsonValue } from '../contract/primitives';
import { type Segment, SegmentSchema } from '../contract/segment';
import type { AuditQuery, AuditRepository } from '../audit-ports';
import type { OverrideSubject } from '../override-ports';
import type { Change } from '../ports';
import { importSpan, type ImportSpan, MANY_OVERRIDES } from './import-changes';
import { overrideIn, type PastOverride } from './past-override';

/** Rows of the log that are read at once: few where the first of them will do, many behind them. */
const FIRST_PAGE = 10;
const LATER_PAGES = 500;

/**
 * What there was at a moment. `unknown`: the log does not reach back that far. `no trace`: there never was such a
 * thing, and there is none.
 */
export type Past<State> = State | 'nothing' | 'unknown' | 'no trace';

/** When something stored was made, and last changed. */
interface Dated {
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What one change of the log says of one thing: undefined where it was not there. */
interface Step<State> {
  readonly atMs: number;
  readonly before: State | undefined;
  readonly after: State | undefined;
  /** There was something then that cannot be read: written past the API. */
  readonly isUnreadable?: boolean;
}

const readAs =
  <State>(schema: z.ZodType<State>) =>
  (side: JsonValue | null): State | undefined =>
    schema.safeParse(side).data;

const readFlag = readAs(FlagSchema);
const readSegment = readAs(SegmentSchema);

/** Whether a state that is there now was there, unchanged, at that moment. */
const wasSo = (state: Dated | undefined, atMs: number): boolean =>
  state !== undefined && Date.parse(state.updatedAt) <= atMs;

/**
 * The state at a moment: what the last change up to it left. The log follows a moment behind, so what is there now
 * counts if it is newer than that change and was there already. Without a change up to the moment, what the first one
 * behind it found.
 */
const stateAt = <State extends Dated>(
  last: Step<State> | undefined,
  next: Step<State> | undefined,
  present: State | undefined,
  atMs: number,
): Past<State> => {
  if (last?.isUnreadable === true) {
    return 'unknown';
  }
  if (last !== undefined) {
    return present !== undefined && wasSo(present, atMs) && Date.parse(present.updatedAt) > last.atMs
      ? present
      : (last.after ?? 'nothing');
  }
  const found = next === undefined ? present : next.before;
  if (found === undefined) {
    return next === undefined ? 'no trace' : 'nothing';
  }
  if (Date.parse(found.createdAt) > atMs) {
    return 'nothing';
  }
  return wasSo(found, atMs) ? found : 'unknown';
};

/**
 * The same of an override, which imports may have changed without the log saying that they did. Behind an import, what
 * the last change left settles nothing, but what was there later does: imports remove nothing, only their undos do.
 */
const overrideAt = (
  { last, next }: { last: Step<PastOverride> | undefined; next: Step<PastOverride> | undefined },
  present: PastOverride | undefined,
  { imports, isGone }: { imports: readonly ImportSpan[]; isGone: boolean },
  atMs: number,
): Past<PastOverride> | 'imported' => {
  const lastMs = last?.atMs ?? 0;
  if (!imports.some(({ startMs, endMs }) => startMs <= atMs && endMs >= lastMs)) {
    return stateAt(last, next, present, atMs);
  }
  const found = next === undefined ? present : next.before;
  if (found !== undefined && wasSo(found, atMs)) {
    return found;
  }
  const nextMs = next?.atMs ?? Infinity;
  const isInDoubt =
    isGone || imports.some(({ isUndo, startMs, endMs }) => isUndo && startMs <= nextMs && endMs > atMs);
  const isNewer = found === undefined || Date.parse(found.createdAt) > atMs;
  return isNewer && !isInDoubt ? 'nothing' : 'imported';
};

/** What flags, segments and overrides were at a moment in the past, by the audit log. */
export class History {
  constructor(private readonly audit: Pick<AuditRepository, 'list'>) {}

  /** `present` is the flag as it is now. */
  async flagAt(
    environment: string,
    flagKey: string,
    present: Flag | undefined,
    atMs: number,
  ): Promise<Past<Flag>> {
    const query = { environment, flagKey, about: 'flag' } as const;
    const step = (change: Change): Step<Flag> | undefined => {
      const read = stepOf(change, readFlag);
      return read && { ...read, isUnreadable: change.after !== null && read.after === undefined };
    };
    return this.definitionAt(query, step, present, atMs);
  }

  async segmentAt(
    environment: string,
    key: string,
    present: Segment | undefined,
    atMs: number,
  ): Promise<Segment | 'unknown' | undefined> {
    if (present !== undefined && wasSo(present, atMs)) {
      return present;
    }
    const query = { environment, about: 'segment' } as const;
    const read = (side: JsonValue | null) => {
      const segment = readSegment(side);
      return segment?.key === key ? segment : undefined;
    };
    const past = await this.definitionAt(query, (change) => stepOf(change, read), present, atMs);
    return past === 'nothing' || past === 'no trace' ? undefined : past;
  }

  /**
   * The user's or device's overrides on the flag at that moment, those of former flags of that key among them. `flag`
   * is the flag as it was; `present` is what there is now, undefined where that flag is gone. `imported`: an import may
   * have changed them.
   */
  async overridesAt(
    { environment, key: flagKey, createdAt }: Flag,
    { userId, deviceId }: OverrideSubject,
    present: readonly PastOverride[] | undefined,
    atMs: number,
  ): Promise<PastOverride[] | 'unknown' | 'imported'> {
    const query = { environment, flagKey };
    const [changes, imported] = await Promise.all([
      this.all({ ...query, ...(userId === null ? { deviceId } : { userId }) }),
      // imports are of users
      userId === null ? [] : this.all({ ...query, event: MANY_OVERRIDES, from: createdAt }),
    ]);
    const doubts = { imports: imported.map(importSpan), isGone: present === undefined };
    const past = OVERRIDE_KINDS.map((kind) => {
      const stepsIn = (some: readonly Change[]) =>
        some.flatMap(
          (change) => stepOf(change, (side) => overrideIn(side, change.event, flagKey, kind)) ?? [],
        );
      const known = {
        // an end by expiry follows from the override itself
        last: stepsIn(changes.filter(({ event }) => event !== 'override.expired')).find(
          (step) => step.atMs <= atMs,
        ),
        next: stepsIn(changes).findLast((step) => step.atMs > atMs),
      };
      const now = present?.find((override) => override.kind === kind);
      return overrideAt(known, now, doubts, atMs);
    });
    return (
      past.find((each) => each === 'unknown' || each === 'imported') ??
      past.filter((each) => typeof each !== 'string')
    );
  }

  private async definitionAt<State extends Dated>(
    query: Omit<AuditQuery, 'limit'>,
    read: (change: Change) => Step<State> | undefined,
    present: State | undefined,
    atMs: number,
  ): Promise<Past<State>> {
    const at = new Date(atMs).toISOString();
    const last = await this.newest({ ...query, to: at }, read);
    const isUndecided =
      last === undefined && !(present !== undefined && Date.parse(present.createdAt) > atMs);
    const next = isUndecided ? await this.oldest({ ...query, from: at }, read) : undefined;
    return stateAt(last, next, present, atMs);
  }

  private async newest<State>(
    query: Omit<AuditQuery, 'limit'>,
    read: (change: Change) => Step<State> | undefined,
  ): Promise<Step<State> | undefined> {
    for await (const change of this.changes(query)) {
      const step = read(change);
      if (step !== undefined) {
        return step;
      }
    }
    return undefined;
  }

  private async oldest<State>(
    query: Omit<AuditQuery, 'limit'>,
    read: (change: Change) => Step<State> | undefined,
  ): Promise<Step<State> | undefined> {
    let oldest: Step<State> | undefined;
    for await (const change of this.changes(query)) {
      oldest = read(change) ?? oldest;
    }
    return oldest;
  }

  private async all(query: Omit<AuditQuery, 'limit'>): Promise<Change[]> {
    const all: Change[] = [];
    for await (const change of this.changes(query, LATER_PAGES)) {
      all.push(change);
    }
    return all;
  }

  /** Newest first, to the end. */
  private async *changes(query: Omit<AuditQuery, 'limit'>, firstPage = FIRST_PAGE): AsyncGenerator<Change> {
    let after: string | undefined;
    for (let limit = firstPage; ; limit = LATER_PAGES) {
      const { changes, next } = await this.audit.list({ ...query, after, limit });
      yield* changes;
      if (next === undefined) {
        return;
      }
      after = next;
    }
  }
}

/** Undefined where the change is about something else. */
const stepOf = <State>(
  { at, before, after }: Change,
  read: (side: JsonValue | null) => State | undefined,
): Step<State> | undefined => {
  const [was, is] = [read(before), read(after)];
  return was === undefined && is === undefined ? undefined : { atMs: Date.parse(at), before: was, after: is };
};
