import { type Device, DeviceSchema } from '../contract/device';
import type { OverrideRepository } from '../override-ports';
import type { Change, Clock, DeviceRepository, DeviceSlot } from '../ports';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import type { DeviceOverrides } from './device-overrides';
import { checkRoom, type DeviceWriter } from './device-writer';
import { isEligible } from './eligible-device';
import { checkUnmoved, movedOn, readSides, reasonOfRevert } from './revert-faults';

export interface DeviceRevertsParts {
  readonly devices: Pick<DeviceRepository, 'readSlot' | 'countOf'>;
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly deviceOverrides: Pick<DeviceOverrides, 'removeAll'>;
  readonly writer: DeviceWriter;
  readonly environments: readonly string[];
  readonly clock: Clock;
}

const hasFeatures = (device: Device | undefined): boolean => device !== undefined && isEligible(device);

/** Puts registrations back as they were before a change. */
export class DeviceReverts {
  constructor(private readonly parts: DeviceRevertsParts) {}

  async revert(call: Call, change: Change): Promise<Change> {
    const { before, after } = readSides(change, (side) => DeviceSchema.safeParse(side).data);
    const deviceId = change.targetDeviceId ?? '';
    const { change: reverted, doneAtMs } = await retryOnConflict(async () => {
      const readAtMs = this.parts.clock();
      const slot = await this.parts.devices.readSlot(deviceId);
      if (!call.dryRun && !hasFeatures(slot.device)) {
        // what an end that was interrupted has left
        await this.parts.deviceOverrides.removeAll(call, deviceId, readAtMs);
      }
      checkVersion(call, slot.device?.version);
      checkUnmoved(slot.device, after, `the device "${deviceId}"`);
      await this.checkPlace(slot, before, change);
      const { writer } = this.parts;
      const next = before && writer.next(call, { ...before, version: (after ?? before).version }, before);
      return writer.commit(call, slot, next, reasonOfRevert(change.id));
    });
    if (!call.dryRun && !hasFeatures(before)) {
      // what was given since there was nothing
      await this.parts.deviceOverrides.removeAll(call, deviceId, doneAtMs);
    }
    return reverted;
  }

  private async checkPlace(slot: DeviceSlot, before: Device | undefined, change: Change): Promise<void> {
    const { devices } = this.parts;
    const deviceId = change.targetDeviceId ?? '';
    if (slot.device === undefined) {
      // what ended it last is known for some days
      if (slot.changeId !== undefined && slot.changeId !== change.id) {
        throw movedOn(`the device "${deviceId}"`);
      }
      await checkRoom(devices, before?.userId ?? '', '#path/id');
    }
    // values would go with what shows them
    if (hasFeatures(slot.device) && !hasFeatures(before) && (await this.hasValues(deviceId))) {
      throw movedOn(`the device "${deviceId}", which has values,`);
    }
  }

  private async hasValues(deviceId: string): Promise<boolean> {
    const { overrides, environments } = this.parts;
    const found = await Promise.all(
      environments.map((environment) => overrides.ofSubject(environment, { userId: null, deviceId })),
    );
    return found.some((each) => each.length > 0);
  }
}
