import { pageSchema } from '../../shared/contract/primitives';
import {
  CreateSegmentRequestSchema,
  ReplaceSegmentRequestSchema,
  SegmentSchema,
} from '../../shared/contract/segment';
import { named } from '../named-schema';
import { pageFields, serverFields } from './fields';

const definition = {
  operator: 'Puts the conditions together: all of them, any of them, or none of them.',
  conditions: 'Conditions and nested rules; a segment does not name segments.',
};

const example = {
  key: 'staff',
  name: 'Our own people',
  conditions: [{ attribute: 'email', operator: 'endsWith', value: '@example.com' }],
};

export const segmentSchemas = {
  Segment: named(SegmentSchema, 'A rule that is kept once and named by any flag of its environment.', {
    ...definition,
    ...serverFields,
  }),
  SegmentPage: named(pageSchema(SegmentSchema), 'Segments in the order of their keys.', pageFields),
  CreateSegmentRequest: named(
    CreateSegmentRequestSchema,
    'A new segment; what is left out takes its default.',
    definition,
    example,
  ),
  ReplaceSegmentRequest: named(
    ReplaceSegmentRequestSchema,
    'A whole segment; what is left out takes its default.',
    { key: 'May be repeated, not changed.', ...definition },
    example,
  ),
};
