import { AuditEventNameSchema, AuditEventSchema } from '../../shared/contract/audit';
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
  AuditEventPage: named(pageSchema(AuditEventSchema), 'Audit events, newest first.', pageFields),
};
