import { readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideService } from '../services/overrides';
import { telemetry } from '../telemetry';
import { clock, newId, openTables } from './parts';

export const composeOverrideService = (config = readConfig()): OverrideService => {
  const { flagTable } = openTables(config);
  return new OverrideService({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    userIdFormat: config.userIdFormat,
    clock,
    newId,
    telemetry,
  });
};
