import { composeOverrideWriter } from '../../shared/composition/override-writer';
import { openTables } from '../../shared/composition/parts';
import type { JsonValue } from '../../shared/contract/primitives';
import type { OverrideSubject } from '../../shared/override-ports';
import { overrideChange } from '../../shared/services/override-change';
import { OverrideWriter } from '../../shared/services/override-writer';
import { aCall, aUserId, ENVIRONMENT, type World } from './world';

/** Gives somebody a value of a flag, whether it fits or not. */
export const giveUnchecked = async (
  world: World,
  flagKey: string,
  subject: OverrideSubject,
  value: JsonValue,
  { enabled = true, expiresAtMs = null }: { enabled?: boolean; expiresAtMs?: number | null } = {},
): Promise<void> => {
  const writer = composeOverrideWriter(openTables(world.config).flagTable);
  const record = await writer.presentFlag(ENVIRONMENT, flagKey);
  const opened = await writer.openOne(record, subject, 'value');
  const next = writer.next(aCall(), opened, { value, enabled, reason: null, expiresAtMs });
  const writes = [OverrideWriter.write(opened, next)] as const;
  await writer.commit(aCall(), writes, overrideChange(writes, 'override.added', null));
};

/** Gives a device, of somebody, a value of a flag. */
export const giveDevice = async (
  world: World,
  flagKey: string,
  deviceId: string,
  value: JsonValue,
): Promise<void> => {
  await world.container.putDevice(aUserId(), deviceId);
  await giveUnchecked(world, flagKey, { userId: null, deviceId }, value);
};
