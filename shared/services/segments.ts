import type { AuditEventName } from '../contract/audit';
import type { CreateSegmentRequest, ReplaceSegmentRequest, Segment } from '../contract/segment';
import { FlagError, invalidField } from '../errors';
import { compileSegment } from '../evaluation/compile-segment';
import type { Compilers } from '../evaluation/model';
import type { Clock, FlagRepository, NewId, SegmentRepository, SegmentSnapshot } from '../ports';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import { changedKeys, definitionChange, stamped } from './definition-change';
import { checkFaults, checkSize, namesSegment } from './flag-faults';
import { segmentNotFound } from './not-found';
import { MAX_SEGMENT_PATTERN_INSTRUCTIONS, patternInstructionsIn, ruleFaults } from './rule-faults';

/** How many flags are named that keep a segment from being deleted. */
const MAX_NAMED = 20;

export interface SegmentServiceParts {
  readonly segments: SegmentRepository;
  readonly flags: FlagRepository;
  readonly compilers: Compilers;
  readonly clock: Clock;
  readonly newId: NewId;
}

type Definition = Pick<Segment, 'key' | 'name' | 'description' | 'operator' | 'conditions'>;

/** Named rules that the flags of an environment share. Written like flags, and under the same ruleset version. */
export class SegmentService {
  constructor(private readonly parts: SegmentServiceParts) {}

  create(call: Call, request: CreateSegmentRequest): Promise<Segment> {
    return retryOnConflict(async () => {
      const snapshot = await this.parts.segments.readForWrite(call.environment, request.key);
      checkVersion(call, snapshot.segment?.version);
      if (snapshot.segment !== undefined) {
        throw new FlagError('ALREADY_EXISTS', `The segment "${request.key}" exists already.`);
      }
      return this.save(call, snapshot, request, 'segment.created');
    });
  }

  async get(environment: string, segmentKey: string): Promise<Segment> {
    const segment = await this.parts.segments.read(environment, segmentKey);
    if (segment === undefined) {
      throw segmentNotFound(segmentKey);
    }
    return segment;
  }

  list(
    environment: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ segments: Segment[]; next: string | undefined }> {
    return this.parts.segments.list(environment, page);
  }

  /** What the request leaves out takes its default. */
  async replace(call: Call, segmentKey: string, request: ReplaceSegmentRequest): Promise<Segment> {
    if (request.key !== undefined && request.key !== segmentKey) {
      throw invalidField('/key', 'immutable', 'the key in the body is not the key in the path');
    }
    return retryOnConflict(async () => {
      const { snapshot } = await this.present(call, segmentKey);
      return this.save(call, snapshot, { ...request, key: segmentKey }, 'segment.updated');
    });
  }

  /**
   * Raises `IN_USE` where flags name the segment. They are read after the ruleset version that the write depends on,
   * so no flag can come to name it meanwhile.
   */
  async delete(call: Call, segmentKey: string): Promise<void> {
    const { segments, flags, clock, newId } = this.parts;
    await retryOnConflict(async () => {
      const { snapshot, segment } = await this.present(call, segmentKey);
      const { records } = await flags.list(call.environment, {
        after: undefined,
        limit: MAX_NAMED,
        accept: (record) => namesSegment(record, segmentKey),
      });
      if (records.length > 0) {
        throw inUse(
          segmentKey,
          records.map(({ flag }) => flag.key),
        );
      }
      const about = { id: newId(), event: 'segment.deleted', flagKey: null, nowMs: clock() } as const;
      const change = definitionChange(call, { ...about, before: segment, after: undefined, reason: null });
      if (!call.dryRun) {
        await segments.commit(snapshot, { deleted: segment }, change);
      }
    });
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

  private async present(
    call: Call,
    segmentKey: string,
  ): Promise<{ snapshot: SegmentSnapshot; segment: Segment }> {
    const snapshot = await this.parts.segments.readForWrite(call.environment, segmentKey);
    if (snapshot.segment === undefined) {
      throw segmentNotFound(segmentKey);
    }
    checkVersion(call, snapshot.segment.version);
    return { snapshot, segment: snapshot.segment };
  }

  private async save(
    call: Call,
    snapshot: SegmentSnapshot,
    definition: Definition,
    event: AuditEventName,
  ): Promise<Segment> {
    const { segments, compilers, clock, newId } = this.parts;
    const { segment: before } = snapshot;
    const nowMs = clock();
    const { environment } = call;
    const segment: Segment = { ...before, ...definition, environment, ...stamped(call, before, nowMs) };
    if (before !== undefined && changedKeys(before, segment).length === 0) {
      return before;
    }
    checkFaults(ruleFaults(segment.conditions, ['conditions'], 1, compilers));
    checkFaults(compileSegment(segment, compilers).faults);
    checkSize('segment', segment);
    await this.checkPatterns(segment);
    const about = { id: newId(), event, flagKey: null, nowMs };
    const change = definitionChange(call, { ...about, before, after: segment, reason: null });
    if (!call.dryRun) {
      await segments.commit(snapshot, segment, change);
    }
    return segment;
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
