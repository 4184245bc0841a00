import type { UserOverride } from '../contract/override';
import { OverrideTypeSchema } from '../contract/override';
import type { JsonValue } from '../contract/primitives';
import type { StoredOverride } from '../ports';

/** An include or exclude override as the API shows it. */
export const shownOverride = (override: StoredOverride): UserOverride => ({
  flagKey: override.flagKey,
  environment: override.environment,
  userId: override.userId,
  overrideType: OverrideTypeSchema.parse(override.kind),
  reason: override.reason,
  createdBy: override.createdBy,
  createdAt: override.createdAt,
  updatedBy: override.updatedBy,
  updatedAt: override.updatedAt,
  expiresAt: override.expiresAtMs === null ? null : new Date(override.expiresAtMs).toISOString(),
  version: override.version,
});

/** An override of any kind as the audit log shows it. */
export const auditedOverride = (override: StoredOverride): JsonValue =>
  override.kind === 'value' ? { ...override } : shownOverride(override);
