import {
  OfrepBulkResponseSchema,
  OfrepFailureSchema,
  OfrepSuccessSchema,
} from '../../shared/contract/ofrep-answer';
import { OfrepRequestSchema } from '../../shared/contract/ofrep-request';
import { named } from '../named-schema';

export const ofrepSchemas = {
  OfrepRequest: named(
    OfrepRequestSchema,
    'The evaluation context, as OpenFeature has it. Fields of later versions of the protocol are ignored.',
    { context: 'Texts of up to 2,048 characters, lists of up to 1,000 items.' },
    { context: { targetingKey: '7d3f0c2a-5b1e-4c8d-9a6f-2e4b8c1d7f30', session: { visits: 3 } } },
  ),
  OfrepSuccess: named(OfrepSuccessSchema, 'What a flag gives, and what decided.', {
    variant: 'Left out for a value that is no variant.',
    metadata: 'Flat: what decided, and the version of the flag.',
  }),
  OfrepFailure: named(OfrepFailureSchema, 'Why there is no value.', {
    key: 'Of the flag, where one was asked for.',
    errorDetails: 'For people.',
  }),
  OfrepBulk: named(OfrepBulkResponseSchema, 'All flags that are there for the caller.', {
    flags: 'In the order of their keys.',
  }),
};
