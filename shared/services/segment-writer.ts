import type { AuditEventName } from '../contract/audit';
import type { Segment } from '../contract/segment';
import { FlagError, invalidField } from '../errors';
import { compileSegment } from '../evaluation/compile-segment';
import type { Compilers } from '../evaluation/model';
import type { Change, Clock, FlagRepository, NewId, SegmentRepository, SegmentSnapshot } from '../ports';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import { changedKeys, definitionChange, stamped } from './definition-change';
import { checkFaults, checkSize, namesSegment } from './flag-faults';
import { MAX_SEGMENT_PATTERN_INSTRUCTIONS, patternInstructionsIn, ruleFaults } from './rule-faults';

/** How many flags are named that keep a segment from being deleted. */
const MAX_NAMED = 20;

export interface SegmentWriterParts {
  readonly segments: SegmentRepository;
  readonly flags: FlagRepository;
  readonly compilers: Compilers;
  readonly clock: Clock;
  readonly newId: NewId;
}

interface About {
  readonly event: AuditEventName;
  readonly reason?: string | null;
}

type Definition = Pick<Segment, 'key' | 'name' | 'description' | 'operator' | 'conditions'>;

/** Writes segments, with what the audit log says of them. */
export class SegmentWriter {
  constructor(private readonly parts: SegmentWriterParts) {}

  /**
   * Makes a segment what `decide` says it was: undefined where there was none. Answers the change, or undefined where it
   * is so already. Raises `IN_USE` as {@link end}.
   */
  restore(
    call: Call,
    segmentKey: string,
    about: About,
    decide: (current: Segment | undefined) => Segment | undefined,
  ): Promise<Change | undefined> {
    return retryOnConflict(async () => {
      const snapshot = await this.parts.segments.readForWrite(call.environment, segmentKey);
      const { segment } = snapshot;
      checkVersion(call, segment?.version);
      const earlier = decide(segment);
      if (earlier !== undefined) {
        return (await this.save(call, snapshot, earlier, about)).change;
      }
      return segment && this.end(call, snapshot, segment, about);
    });
  }

  /**
   * Deletes the segment. Raises `IN_USE` where flags name it: they are read after the ruleset version that the write
   * depends on, so no flag can come to name it meanwhile.
   */
  async end(call: Call, snapshot: SegmentSnapshot, segment: Segment, about: About): Promise<Change> {
    const { segments, flags, clock, newId } = this.parts;
    const { records } = await flags.list(call.environment, {
      after: undefined,
      limit: MAX_NAMED,
      accept: (record) => namesSegment(record, segment.key),
    });
    if (records.length > 0) {
      throw inUse(
        segment.key,
        records.map(({ flag }) => flag.key),
      );
    }
    const { event, reason = null } = about;
    const change = definitionChange(call, {
      ...{ id: newId(), event, flagKey: null, nowMs: clock(), reason },
      ...{ before: segment, after: undefined },
    });
    if (!call.dryRun) {
      await segments.commit(snapshot, { deleted: segment }, change);
    }
    return change;
  }

  async save(
    call: Call,
    snapshot: SegmentSnapshot,
    definition: Definition,
    { event, reason = null }: About,
  ): Promise<{ readonly segment: Segment; readonly change: Change | undefined }> {
    const { segments, compilers, clock, newId } = this.parts;
    const { segment: before } = snapshot;
    const nowMs = clock();
    const { environment } = call;
    const segment: Segment = { ...before, ...definition, environment, ...stamped(call, before, nowMs) };
    if (before !== undefined && changedKeys(before, segment).length === 0) {
      return { segment: before, change: undefined };
    }
    checkFaults(ruleFaults(segment.conditions, ['conditions'], 1, compilers));
    checkFaults(compileSegment(segment, compilers).faults);
    checkSize('segment', segment);
    await this.checkPatterns(segment);
    const about = { id: newId(), event, flagKey: null, nowMs };
    const change = definitionChange(call, { ...about, before, after: segment, reason });
    if (!call.dryRun) {
      await segments.commit(snapshot, segment, change);
    }
    return { segment, change };
  }

  /** The others are read after the ruleset version that the write depends on, so they are still so when it is made. */
  private async checkPatterns(segment: Segment): Promise<void> {
    const { segments, compilers } = this.parts;
    const own = patternInstructionsIn(segment.conditions, compilers);
    if (own === 0) {
      return;
    }
    let others = 0;
    let after: string | undefined;
    do {
      const page = await segments.list(segment.environment, { after, limit: 500 });
      for (const { key, conditions } of page.segments) {
        others += key === segment.key ? 0 : patternInstructionsIn(conditions, compilers);
      }
      after = page.next;
    } while (after !== undefined);
    if (others + own > MAX_SEGMENT_PATTERN_INSTRUCTIONS) {
      const message =
        `the patterns of all segments of an environment have at most ${MAX_SEGMENT_PATTERN_INSTRUCTIONS} ` +
        `instructions together: these have ${own}, the others ${others}`;
      throw invalidField('/conditions', 'too_many_pattern_instructions', message);
    }
  }
}

const inUse = (segmentKey: string, flagKeys: readonly string[]): FlagError =>
  new FlagError('IN_USE', `The segment "${segmentKey}" is used by flags: ${flagKeys.join(', ')}.`, {
    errors: flagKeys.map((key) => ({
      pointer: '#path/segmentKey',
      code: 'in_use',
      message: `the rules of the flag "${key}" name it`,
    })),
  });
