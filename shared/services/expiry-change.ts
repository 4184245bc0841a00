import type { Change, StoredOverride } from '../ports';
import { shownOverride } from './shown-override';

/** Who ends overrides whose time is over. */
const EXPIRY_ACTOR = 'system:expiry';

/**
 * The end of an override by its own expiry. Its id follows from the change that made the override, so however the
 * end is noticed (the item collected, or replaced before that), the audit log has it once.
 */
export const expiryChange = (override: StoredOverride, lastChangeId: string): Change => ({
  id: `${lastChangeId}.expired`,
  event: 'override.expired',
  environment: override.environment,
  flagKey: override.flagKey,
  targetUserId: override.userId,
  targetDeviceId: null,
  actor: EXPIRY_ACTOR,
  changedKeys: ['overrideType'],
  before: shownOverride(override),
  after: null,
  reason: override.reason,
  ip: null,
  userAgent: null,
  route: null,
  requestId: null,
  at: new Date(override.expiresAtMs ?? 0).toISOString(),
});
