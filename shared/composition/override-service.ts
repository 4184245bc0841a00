import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideService } from '../services/overrides';
import { telemetry } from '../telemetry';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeOverrideService = (config: Config = readConfig()): OverrideService => {
  const { flagTable } = openTables(config);
  return new OverrideService({
    writer: composeOverrideWriter(flagTable),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    userIdFormat: config.userIdFormat,
    clock,
    telemetry,
  });
};
