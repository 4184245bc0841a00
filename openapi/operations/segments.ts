import {
  createSegmentRequest,
  deleteSegmentRequest,
  listSegmentsRequest,
  replaceSegmentRequest,
} from '../../shared/contract/segment-requests';
import type { Operation } from '../operation';

const theSegment = (description: string) => ({ description, body: 'Segment', headers: ['ETag'] }) as const;

export const segmentOperations = {
  'GET /api/admin/segments': {
    tag: 'Segments',
    summary: 'List segments',
    request: listSegmentsRequest,
    answers: { 200: { description: 'A page of segments.', body: 'SegmentPage' } },
  },
  'POST /api/admin/segments': {
    tag: 'Segments',
    summary: 'Create a segment',
    request: createSegmentRequest,
    condition: 'If-Match',
    answers: {
      201: { ...theSegment('The new segment.'), headers: ['ETag', 'Location'] },
      200: theSegment('A dry run: the segment as it would be.'),
    },
    problems: ['ALREADY_EXISTS'],
  },
  'GET /api/admin/segments/{segmentKey}': {
    tag: 'Segments',
    summary: 'Read a segment',
    answers: { 200: theSegment('The segment.') },
    problems: ['SEGMENT_NOT_FOUND'],
  },
  'PUT /api/admin/segments/{segmentKey}': {
    tag: 'Segments',
    summary: 'Replace a segment',
    description: 'Counts at once in every flag that names it.',
    request: replaceSegmentRequest,
    condition: 'If-Match',
    answers: { 200: theSegment('The changed segment.') },
    problems: ['SEGMENT_NOT_FOUND'],
  },
  'DELETE /api/admin/segments/{segmentKey}': {
    tag: 'Segments',
    summary: 'Delete a segment',
    description: 'Only one that no flag names.',
    request: deleteSegmentRequest,
    condition: 'If-Match',
    answers: { 204: { description: 'It is gone.' } },
    problems: ['SEGMENT_NOT_FOUND', 'IN_USE'],
  },
} as const satisfies Record<string, Operation>;
