import { createHash } from 'node:crypto';
import type { StoredOverride } from '../override-ports';
import type { Change } from '../ports';
import { auditedOverride } from './shown-override';

/** Who ends overrides whose time is over. */
const EXPIRY_ACTOR = 'system:expiry';

/** An override ends once, whoever notices it: its item collected, or replaced before that. */
const expiryId = ({ generation, userId, deviceId, kind, expiresAtMs }: StoredOverride): string => {
  const text = [generation, userId ?? `device ${deviceId}`, kind, expiresAtMs].join('#');
  return `expired-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
};

/** The end of an override by its own expiry; the same end always has the same id. */
export const expiryChange = (override: StoredOverride & { readonly expiresAtMs: number }): Change => ({
  id: expiryId(override),
  event: 'override.expired',
  environment: override.environment,
  flagKey: override.flagKey,
  targetUserId: override.userId,
  targetDeviceId: override.deviceId,
  actor: EXPIRY_ACTOR,
  changedKeys: [override.kind === 'value' ? 'value' : 'overrideType'],
  before: auditedOverride(override),
  after: null,
  reason: override.reason,
  ip: null,
  userAgent: null,
  route: null,
  requestId: null,
  at: new Date(override.expiresAtMs).toISOString(),
});

/** Whether the override's own time was over at `atMs`. */
export const hasExpired = (
  override: StoredOverride,
  atMs: number,
): override is StoredOverride & { readonly expiresAtMs: number } =>
  override.expiresAtMs !== null && override.expiresAtMs <= atMs;
