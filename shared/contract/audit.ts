import * as z from 'zod';
import { JsonValueSchema, TimestampSchema } from './primitives';

/** Kinds of audit events, `<thing>.<what happened to it>`. */
export const AUDIT_EVENTS = [
  'flag.created',
  'flag.updated',
  'flag.deleted',
  'flag.enabled',
  'flag.disabled',
  'flag.archived',
  'flag.restored',
  'flag.killed',
  'flag.revived',
  'flag.copied',
  'rule.created',
  'rule.updated',
  'rule.deleted',
  'rule.reordered',
  'segment.created',
  'segment.updated',
  'segment.deleted',
  'override.added',
  'override.updated',
  'override.removed',
  'override.expired',
  'overrides.imported',
  'user.feature_flags.changed',
  'device.feature_flags.changed',
  'device.registered',
  'device.updated',
  'device.removed',
  'change.unattributed',
] as const;
export const AuditEventNameSchema = z.enum(AUDIT_EVENTS);
export type AuditEventName = z.infer<typeof AuditEventNameSchema>;

/** A UUID, `expired-<hash>`, or the id of a stream record. */
export const AuditIdSchema = z.string().regex(/^[\w.-]{1,100}$/, 'is no id of an audit event');

/** One entry of the audit log; fields that do not apply are null. */
export const AuditEventSchema = z.strictObject({
  id: z.string(),
  event: AuditEventNameSchema,
  environment: z.string(),
  flagKey: z.string().nullable(),
  targetUserId: z.string().nullable(),
  targetDeviceId: z.string().nullable(),
  /** A Cognito sub, an ARN, or `system:<part>`. Never an e-mail address. */
  actor: z.string(),
  changedKeys: z.array(z.string()),
  /** The new value of each changed key, null for a deletion; the keys of a batch are flags. */
  values: z.record(z.string(), JsonValueSchema),
  /** The state before and after the change as the API shows it; null where there was or is none. */
  before: JsonValueSchema.nullable(),
  after: JsonValueSchema.nullable(),
  reason: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** The route template, as `POST /api/admin/flags/{flagKey}/users`. */
  route: z.string().nullable(),
  requestId: z.string().nullable(),
  at: TimestampSchema,
});
export type AuditEvent = z.infer<typeof AuditEventSchema>;

/** Events of several flags at once: `changedKeys` are flags, `before` and `after` hold what each had and has. */
export const BATCH_EVENTS: ReadonlySet<AuditEventName> = new Set([
  'user.feature_flags.changed',
  'device.feature_flags.changed',
]);
