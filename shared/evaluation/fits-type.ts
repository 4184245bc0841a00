import type { FlagType } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';

/** Whether a flag of this type can give the value. `object` is a JSON object or array; `null` fits no type. */
export const fitsType = (type: FlagType, value: JsonValue | undefined): value is JsonValue =>
  type === 'number' ? Number.isFinite(value) : value !== null && typeof value === type;
