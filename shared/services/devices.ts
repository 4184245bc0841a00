import type { Device } from '../contract/device';
import type { PutDeviceRequest } from '../contract/device-requests';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, invalidField } from '../errors';
import type { Clock, DeviceRepository, UserDirectory } from '../ports';
import { type Call, checkVersion } from './call';
import { checkedUserId } from './checked-user-id';
import { retryOnConflict } from './conflict-retry';
import type { DeviceOverrides } from './device-overrides';
import { checkRoom, type DeviceWriter } from './device-writer';
import { isEligible } from './eligible-device';
import { deviceNotFound } from './not-found';

export interface DeviceServiceParts {
  readonly devices: Pick<DeviceRepository, 'readSlot' | 'countOf' | 'ofUser'>;
  readonly writer: DeviceWriter;
  readonly deviceOverrides: Pick<DeviceOverrides, 'removeAll'>;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
}

const byId = (one: Device, other: Device): number => (one.deviceId < other.deviceId ? -1 : 1);

/** The devices of users. A device of somebody else is one that is not there, until its id is asked for. */
export class DeviceService {
  constructor(private readonly parts: DeviceServiceParts) {}

  /** In the order of their ids, strictly behind `after`. */
  async list(
    owner: string | undefined,
    page: { after: string | undefined; limit: number },
  ): Promise<{ devices: Device[]; next: string | undefined }> {
    const { after = '', limit } = page;
    const found = await this.parts.devices.ofUser(this.ownerOf(owner));
    const behind = found.filter(({ deviceId }) => deviceId > after).sort(byId);
    const devices = behind.slice(0, limit);
    return { devices, next: behind.length > limit ? devices.at(-1)?.deviceId : undefined };
  }

  async get(owner: string | undefined, deviceId: string): Promise<Device> {
    const userId = this.ownerOf(owner);
    const { device } = await this.parts.devices.readSlot(deviceId);
    if (device?.userId !== userId) {
      throw deviceNotFound(deviceId);
    }
    return device;
  }

  /**
   * Registers the device or replaces what is known of it; `created` tells which. One that becomes a
   * charger loses its overrides. `pool`, where given, must know the
   * user: USER_NOT_FOUND.
   */
  async put(
    call: Call,
    owner: string | undefined,
    deviceId: string,
    request: PutDeviceRequest,
    pool: Pick<UserDirectory, 'exists'> | undefined,
  ): Promise<{ device: Device; created: boolean }> {
    const userId = this.ownerOf(owner);
    checkRepeated(request, userId, deviceId);
    if (pool !== undefined && !(await pool.exists(userId))) {
      throw new FlagError('USER_NOT_FOUND', 'The user pool knows no user of this id.');
    }
    const { device, created, atMs } = await retryOnConflict(async () => {
      const readAtMs = this.parts.clock();
      const slot = await this.parts.devices.readSlot(deviceId);
      const current = slot.device;
      if (current !== undefined && current.userId !== userId) {
        throw new FlagError('ALREADY_EXISTS', `The device id "${deviceId}" is taken.`);
      }
      checkVersion(call, current?.version);
      const name = request.name ?? null;
      if (current?.type === request.type && current.name === name) {
        return { device: current, created: false, atMs: readAtMs };
      }
      const created = current === undefined;
      if (created) {
        await checkRoom(this.parts.devices, userId, '#path/deviceId');
      }
      if (current === undefined || !isEligible(current)) {
        // what a former registration of the id, or its time as a charger, may have left behind
        await this.parts.deviceOverrides.removeAll(call, deviceId, readAtMs);
      }
      const { writer } = this.parts;
      const device = writer.next(call, current ?? { userId, deviceId }, { type: request.type, name });
      const { doneAtMs } = await writer.commit(call, slot, device);
      return { device, created, atMs: doneAtMs };
    });
    if (!isEligible(device)) {
      // behind the change, which may be refused; what is interrupted in between can be asked for again
      await this.parts.deviceOverrides.removeAll(call, deviceId, atMs);
    }
    return { device, created };
  }

  /** Ends the registration, and takes the device's overrides along. */
  async remove(call: Call, owner: string | undefined, deviceId: string): Promise<void> {
    const userId = this.ownerOf(owner);
    const { devices, deviceOverrides, writer, clock } = this.parts;
    const endedAtMs = await retryOnConflict(async () => {
      const readAtMs = clock();
      const slot = await devices.readSlot(deviceId);
      if (slot.device === undefined) {
        // what an end that was interrupted has left
        await deviceOverrides.removeAll(call, deviceId, readAtMs);
      }
      if (slot.device?.userId !== userId) {
        throw deviceNotFound(deviceId);
      }
      checkVersion(call, slot.device.version);
      if (call.ifMatch === undefined) {
        // before the registration goes: what is interrupted in between can be asked for again
        await deviceOverrides.removeAll(call, deviceId, Infinity);
      }
      return (await writer.commit(call, slot, undefined)).doneAtMs;
    });
    // what was given in between, or was too new to be found; not what the next registration has already
    await deviceOverrides.removeAll(call, deviceId, endedAtMs);
  }

  /** Ends every registration of a user; says how many there were. */
  async removeAllOf(call: Call, userId: string): Promise<number> {
    const devices = await this.parts.devices.ofUser(this.ownerOf(userId));
    let removed = 0;
    for (const { deviceId } of devices) {
      removed += await this.removeIfThere(call, userId, deviceId);
    }
    return removed;
  }

  private async removeIfThere(call: Call, userId: string, deviceId: string): Promise<0 | 1> {
    try {
      await this.remove({ ...call, ifMatch: undefined }, userId, deviceId);
      return 1;
    } catch (error) {
      if (error instanceof FlagError && error.code === 'DEVICE_NOT_FOUND') {
        // the index lags behind a removal
        return 0;
      }
      throw error;
    }
  }

  private ownerOf(userId: string | undefined): string {
    return checkedUserId(userId, this.parts.userIdFormat, '#path/userId');
  }
}

const checkRepeated = (request: PutDeviceRequest, userId: string, deviceId: string): void => {
  if (request.deviceId !== undefined && request.deviceId !== deviceId) {
    throw invalidField('/deviceId', 'immutable', 'the device in the body is not the device in the path');
  }
  if (request.userId !== undefined && request.userId !== userId) {
    throw invalidField('/userId', 'immutable', 'the device is registered to another user than the body says');
  }
};
