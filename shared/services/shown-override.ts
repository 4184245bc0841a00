import type { Override, UserOverride } from '../contract/override-answers';
import { OverrideTypeSchema } from '../contract/override';
import type { JsonValue } from '../contract/primitives';
import type { StoredOverride } from '../override-ports';

const shownEnd = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** An include or exclude override as the routes of a flag's users show it: one that is switched off says so. */
export const shownUserOverride = (override: StoredOverride): UserOverride => ({
  flagKey: override.flagKey,
  environment: override.environment,
  userId: override.userId ?? '',
  overrideType: OverrideTypeSchema.parse(override.kind),
  ...(!override.enabled && { enabled: false }),
  reason: override.reason,
  createdBy: override.createdBy,
  createdAt: override.createdAt,
  updatedBy: override.updatedBy,
  updatedAt: override.updatedAt,
  expiresAt: shownEnd(override.expiresAtMs),
  version: override.version,
});

/** An override of any kind, of a user or a device. */
export const shownOverride = (override: StoredOverride): Override => ({
  flagKey: override.flagKey,
  environment: override.environment,
  userId: override.userId,
  deviceId: override.deviceId,
  kind: override.kind,
  value: override.value ?? null,
  enabled: override.enabled,
  reason: override.reason,
  createdBy: override.createdBy,
  createdAt: override.createdAt,
  updatedBy: override.updatedBy,
  updatedAt: override.updatedAt,
  expiresAt: shownEnd(override.expiresAtMs),
  version: override.version,
});

/** An override as the audit log shows it, so that it can be put back as it was. */
export const auditedOverride = (override: StoredOverride): JsonValue =>
  override.kind === 'value'
    ? shownOverride(override)
    : { ...shownUserOverride(override), enabled: override.enabled };
