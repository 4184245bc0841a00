import { explainFlagRequest } from '../../shared/contract/explain-requests';
import type { Operation } from '../operation';

export const explainOperations = {
  'POST /api/admin/flags/{flagKey}/explain': {
    tag: 'Flags',
    summary: 'Explain what a flag gives a user',
    description:
      'Reads: it changes nothing, and viewers may ask it. It sees every write that was answered before. A moment in the past is explained by the audit log, which follows a moment behind.',
    request: explainFlagRequest,
    answers: { 200: { description: 'The result, and what each layer said.', body: 'Explanation' } },
    problems: ['FLAG_NOT_FOUND'],
  },
} as const satisfies Record<string, Operation>;
