import { CHARGER, type Device } from '../contract/device';
import { refused } from '../errors';
import type { DeviceRepository } from '../ports';
import { deviceNotFound } from './not-found';

/** Chargers show no features. */
export const isEligible = ({ type }: Pick<Device, 'type'>): boolean => type !== CHARGER;

/**
 * The device, which may have values of flags; `DEVICE_NOT_FOUND`, or `INVALID_VALUE` for one that has none. `pointer` is
 * what names it in the request.
 */
export const eligibleDevice = async (
  devices: Pick<DeviceRepository, 'readSlot'>,
  deviceId: string,
  pointer = '#path/deviceId',
): Promise<Device> => {
  const { device } = await devices.readSlot(deviceId);
  if (device === undefined) {
    throw deviceNotFound(deviceId);
  }
  if (!isEligible(device)) {
    const message = `a device of type "${device.type}" has no feature flags`;
    throw refused('INVALID_VALUE', [{ pointer, code: 'not_eligible', message }]);
  }
  return device;
};
