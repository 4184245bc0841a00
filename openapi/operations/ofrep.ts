import { ofrepFreshness, OfrepRequestSchema } from '../../shared/contract/ofrep-request';
import type { Answer, Operation } from '../operation';

const CLIENT = ['X-Device-Id', 'X-App-Version', 'X-Timezone'] as const;

const failure = (description: string): Answer => ({ description, body: 'OfrepFailure' });

const failures = {
  400: failure(
    '`PARSE_ERROR`: malformed JSON. `INVALID_CONTEXT`: a context, or a targeting key, that is none. `TARGETING_KEY_MISSING`: a percentage decides, and a machine has named no user. `GENERAL`: a query parameter or an environment that is not known.',
  ),
  401: failure('`GENERAL`: a token that does not count.'),
  403: failure(
    '`GENERAL`: a user has named somebody else, or the token of a machine has not the scope `guidon/evaluate`.',
  ),
  413: failure('`GENERAL`: the body is too large.'),
  415: failure('`GENERAL`: a body without a JSON content type.'),
  500: failure('`GENERAL`: a fault of ours.'),
  503: failure(
    '`GENERAL`: the table or the keys of tokens cannot be reached in time; `Retry-After` says when to try again.',
  ),
};

const context =
  'A user may leave out `targetingKey` or send their own id; a machine names any user, and all that is to be known of them.';

export const ofrepOperations = {
  'POST /ofrep/v1/evaluate/flags/{key}': {
    tag: 'OFREP',
    summary: 'What one flag gives',
    description: context,
    headers: CLIENT,
    request: { body: OfrepRequestSchema },
    answers: {
      200: { description: 'The value, and what decided.', body: 'OfrepSuccess' },
      404: failure('`FLAG_NOT_FOUND`: there is no such flag for this caller.'),
      ...failures,
    },
    problems: 'none',
  },
  'POST /ofrep/v1/evaluate/flags': {
    tag: 'OFREP',
    summary: 'What all flags give',
    description: `${context}\n\n\`ETag\` stands for the whole answer: with \`If-None-Match\` it is 304 as long as nothing changed for this context.`,
    headers: CLIENT,
    request: { query: ofrepFreshness, body: OfrepRequestSchema },
    parameters: {
      flagConfigEtag: 'As a notification of a change had it: the answer is at least as new as now.',
      flagConfigLastModified:
        'As a notification of a change had it, in seconds since 1970 or as ISO 8601: the answer is at least as new as now.',
    },
    condition: 'If-None-Match',
    answers: {
      200: { description: 'The flags that are there.', body: 'OfrepBulk', headers: ['ETag'] },
      ...failures,
    },
    problems: 'none',
  },
} as const satisfies Record<string, Operation>;
