import { listAuditEventsRequest } from '../../shared/contract/audit-requests';
import type { Operation } from '../operation';

export const auditOperations = {
  'GET /api/admin/audit': {
    tag: 'Audit',
    summary: 'List changes, newest first',
    description:
      'All filters must hold. An event appears shortly after its change, because it is written from the stream of the table.',
    request: listAuditEventsRequest,
    parameters: {
      event: 'What happened.',
      flagKey: 'To which flag.',
      userId: 'The user an override is about.',
      actor: 'Who did it.',
      from: 'Not before this moment.',
      to: 'Not after this moment.',
    },
    answers: { 200: { description: 'A page of audit events.', body: 'AuditEventPage' } },
  },
} as const satisfies Record<string, Operation>;
