import { type Config, readConfig } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DeviceOverrides } from '../services/device-overrides';
import { DeviceService } from '../services/devices';
import { telemetry } from '../telemetry';
import { composeOverrideWriter } from './override-writer';
import { clock, newId, openTables } from './parts';

export const composeDeviceService = (config: Config = readConfig()): DeviceService => {
  const { flagTable } = openTables(config);
  const { environments, userIdFormat } = config;
  const overrides = new DynamoOverrideRepository(flagTable, clock);
  return new DeviceService({
    devices: new DynamoDeviceRepository(flagTable, clock),
    deviceOverrides: new DeviceOverrides({
      writer: composeOverrideWriter(flagTable),
      flags: new DynamoFlagRepository(flagTable, clock),
      overrides,
      environments,
    }),
    overrides,
    environments,
    userIdFormat,
    clock,
    newId,
    telemetry,
  });
};
