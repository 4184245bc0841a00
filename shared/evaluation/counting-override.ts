import type { OverrideKind } from '../contract/override';
import type { CompiledFlag, Question, UserFlagOverride } from './model';

export const isOfDevice = ({ deviceId }: UserFlagOverride): boolean => typeof deviceId === 'string';

/** The asking user's override of this kind on the flag, if one counts now; of several, the first. */
export const countingOverride = (
  flag: CompiledFlag,
  overrides: readonly UserFlagOverride[],
  { userId, nowMs }: Question,
  kind: OverrideKind,
): UserFlagOverride | undefined => {
  if (userId === undefined || overrides.length === 0) {
    return undefined;
  }
  return overrides.find(
    (override) => override.kind === kind && !isOfDevice(override) && overrideCounts(override, flag, nowMs),
  );
};

/** The override of the device that the user is asking from, if one counts now. */
export const countingDeviceOverride = (
  flag: CompiledFlag,
  overrides: readonly UserFlagOverride[],
  { userId, context: { deviceId }, nowMs }: Question,
): UserFlagOverride | undefined => {
  if (userId === undefined || deviceId === undefined || overrides.length === 0) {
    return undefined;
  }
  return overrides.find(
    (override) =>
      override.deviceId === deviceId && override.kind === 'value' && overrideCounts(override, flag, nowMs),
  );
};

export const overrideCounts = (override: UserFlagOverride, flag: CompiledFlag, nowMs: number): boolean =>
  override.enabled &&
  override.flagKey === flag.key &&
  override.generation === flag.generation &&
  (override.expiresAtMs === null || nowMs < override.expiresAtMs);
