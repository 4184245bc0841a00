import { listAuditEventsRequest, revertChangeRequest } from '../../shared/contract/audit-requests';
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
  'POST /api/admin/audit/{id}/revert': {
    tag: 'Audit',
    summary: 'Take a change back',
    description:
      'Writes what was there before as a new change, if the thing is still as the change left it; else 412. The new event says `revert of <id>` as its reason.',
    request: revertChangeRequest,
    parameters: {
      force:
        'Of a change of a flag: also where values of overrides no longer fit its `valueSchema` then; these are switched off. Without it they are answered 409.',
    },
    condition: 'If-Match',
    answers: {
      200: { description: 'The event of the new change.', body: 'AuditEvent' },
      202: {
        description:
          'The import of the event, which is being undone; or redone, where the event was its undo.',
        body: 'Import',
        headers: ['ETag', 'Location'],
      },
    },
    problems: [
      'NOT_FOUND',
      'NOT_REVERTIBLE',
      'FLAG_NOT_FOUND',
      'DEVICE_NOT_FOUND',
      'IN_USE',
      'INVALID_VALUE',
      'PAYLOAD_TOO_LARGE',
      'RATE_LIMITED',
    ],
  },
} as const satisfies Record<string, Operation>;
