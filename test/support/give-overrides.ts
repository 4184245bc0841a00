import { composeOverrideWriter } from '../../shared/composition/override-writer';
import { openTables } from '../../shared/composition/parts';
import type { JsonValue } from '../../shared/contract/primitives';
import { overrideChange } from '../../shared/services/override-change';
import { OverrideWriter } from '../../shared/services/override-writer';
import { aCall, aUserId, ENVIRONMENT, type World } from './world';

/** Gives a device, of somebody, a value of a flag. */
export const giveDevice = async (
  world: World,
  flagKey: string,
  deviceId: string,
  value: JsonValue,
): Promise<void> => {
  await world.container.putDevice(aUserId(), deviceId);
  const writer = composeOverrideWriter(openTables(world.config).flagTable);
  const record = await writer.presentFlag(ENVIRONMENT, flagKey);
  const opened = await writer.openOne(record, { userId: null, deviceId }, 'value');
  const next = writer.next(aCall(), opened, { value, enabled: true, reason: null, expiresAtMs: null });
  const writes = [OverrideWriter.write(opened, next)] as const;
  await writer.commit(aCall(), writes, overrideChange(writes, 'override.added', null));
};
