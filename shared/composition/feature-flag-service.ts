import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { FeatureFlagService } from '../services/feature-flags';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeFeatureFlagService = (config: Config = readConfig()): FeatureFlagService => {
  const { flagTable } = openTables(config);
  return new FeatureFlagService({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    devices: new DynamoDeviceRepository(flagTable, clock),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    compilers,
    userIdFormat: config.userIdFormat,
    clock,
    telemetry,
  });
};
