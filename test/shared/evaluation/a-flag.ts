import type { Flag } from '../../../shared/contract/flag';
import type { UserFlagOverride } from '../../../shared/evaluation/model';
import defaults from '../../vectors/defaults.json';

/** The default flag of the vectors (boolean, enabled, at 100 percent), with some fields replaced. */
export const aFlag = (fields: Partial<Flag> = {}): Flag => ({ ...(defaults.flag as Flag), ...fields });

/** An override that counts on {@link aFlag}, compiled with {@link GENERATION}, unless the fields say otherwise. */
export const anOverride = (fields: Partial<UserFlagOverride> = {}): UserFlagOverride => ({
  flagKey: defaults.override.flagKey,
  generation: defaults.override.generation,
  kind: 'include',
  enabled: true,
  expiresAtMs: null,
  ...fields,
});

export const GENERATION = defaults.generation;
export const USER_ID = defaults.context.userId;
