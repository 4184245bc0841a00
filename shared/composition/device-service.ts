import { type Config, readConfig } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DeviceOverrides } from '../services/device-overrides';
import { DeviceService } from '../services/devices';
import { composeDeviceWriter } from './device-writer';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeDeviceService = (config: Config = readConfig()): DeviceService => {
  const { flagTable } = openTables(config);
  const { environments, userIdFormat } = config;
  return new DeviceService({
    devices: new DynamoDeviceRepository(flagTable, clock),
    writer: composeDeviceWriter(config, flagTable),
    deviceOverrides: new DeviceOverrides({
      writer: composeOverrideWriter(flagTable),
      flags: new DynamoFlagRepository(flagTable, clock),
      overrides: new DynamoOverrideRepository(flagTable, clock),
      environments,
    }),
    userIdFormat,
    clock,
  });
};
