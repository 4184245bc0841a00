import * as z from 'zod';
import { ProblemSchema } from '../../shared/contract/problem';
import { named } from '../named-schema';

const GatewayAnswerSchema = z.looseObject({ message: z.string() });

export const problemSchemas = {
  Problem: named(ProblemSchema, 'Problem details (RFC 9457).', {
    type: '`urn:guidon:problem:<code>`.',
    detail: 'For people.',
    instance: 'The path of the request.',
    code: 'For programs.',
    requestId: 'The `X-Request-Id` of the answer; the log has it too.',
    errors:
      'The fields at fault, at most 20. `pointer` is a JSON pointer into the body, or `#query/<name>`, `#path/<name>`, `#header/<name>`.',
  }),
  GatewayAnswer: named(
    GatewayAnswerSchema,
    'What the gateway answers itself, before a function hears of it.',
  ),
};
