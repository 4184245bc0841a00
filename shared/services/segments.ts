import type { CreateSegmentRequest, ReplaceSegmentRequest, Segment } from '../contract/segment';
import { FlagError, invalidField } from '../errors';
import type { SegmentRepository, SegmentSnapshot } from '../ports';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import { segmentNotFound } from './not-found';
import type { SegmentWriter } from './segment-writer';

export interface SegmentServiceParts {
  readonly segments: SegmentRepository;
  readonly writer: SegmentWriter;
}

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
      return (await this.parts.writer.save(call, snapshot, request, { event: 'segment.created' })).segment;
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
      const definition = { ...request, key: segmentKey };
      return (await this.parts.writer.save(call, snapshot, definition, { event: 'segment.updated' })).segment;
    });
  }

  /** Raises `IN_USE` where flags name the segment. */
  async delete(call: Call, segmentKey: string): Promise<void> {
    await retryOnConflict(async () => {
      const { snapshot, segment } = await this.present(call, segmentKey);
      await this.parts.writer.end(call, snapshot, segment, { event: 'segment.deleted' });
    });
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
}
