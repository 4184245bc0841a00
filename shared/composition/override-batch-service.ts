import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { OverrideBatchService } from '../services/override-batch';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeOverrideBatchService = (config: Config = readConfig()): OverrideBatchService => {
  const { flagTable } = openTables(config);
  return new OverrideBatchService({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    compilers,
    telemetry,
  });
};
