import { AuditEventNameSchema, AuditEventSchema } from '../../shared/contract/audit';
import { RevertChangeRequestSchema } from '../../shared/contract/audit-requests';
import { pageSchema } from '../../shared/contract/primitives';
import { named } from '../named-schema';
import { pageFields } from './fields';

export const auditSchemas = {
  AuditEventName: named(AuditEventNameSchema, 'What happened to what.'),
  AuditEvent: named(AuditEventSchema, 'One change. Fields that do not apply are null.', {
    targetUserId: 'The user whose override changed.',
    actor: 'The `sub` of who did it, the ARN of who signed it, or `system:<part>`.',
    changedKeys: 'The fields that changed.',
    values: 'The new value of each changed field, null for a deletion.',
    before: 'The state before the change; null where there was none.',
    after: 'The state after the change; null where there is none.',
    reason: 'The reason that was given with the change.',
    route: 'The template, as `POST /api/admin/flags/{flagKey}/users`.',
    requestId: 'The `X-Request-Id` of the answer.',
    at: 'UTC.',
  }),
  RevertChangeRequest: named(
    RevertChangeRequestSchema,
    'How a change is taken back.',
    {
      expiresAt:
        'The end of the overrides that come back, instead of the one they had; null: none. What has ended needs it. Left out where no override comes back.',
    },
    { expiresAt: '2027-01-31T18:00:00Z' },
  ),
  AuditEventPage: named(pageSchema(AuditEventSchema), 'Audit events, newest first.', pageFields),
};
