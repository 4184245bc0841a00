import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { TypedOverrideService } from '../services/typed-overrides';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { composeOverrideSearch } from './override-search';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeTypedOverrideService = (config: Config = readConfig()): TypedOverrideService => {
  const { flagTable } = openTables(config);
  return new TypedOverrideService({
    writer: composeOverrideWriter(flagTable),
    search: composeOverrideSearch(config),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    compilers,
    userIdFormat: config.userIdFormat,
    telemetry,
  });
};
