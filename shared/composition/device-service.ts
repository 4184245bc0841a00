import { type Config, readConfig } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DeviceService } from '../services/devices';
import { composeDeviceOverrides } from './device-overrides';
import { composeDeviceWriter } from './device-writer';
import { clock, openTables } from './parts';

export const composeDeviceService = (config: Config = readConfig()): DeviceService => {
  const { flagTable } = openTables(config);
  return new DeviceService({
    devices: new DynamoDeviceRepository(flagTable, clock),
    writer: composeDeviceWriter(config, flagTable),
    deviceOverrides: composeDeviceOverrides(config, flagTable),
    userIdFormat: config.userIdFormat,
    clock,
  });
};
