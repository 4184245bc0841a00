import type { Config } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoImportRepository } from '../dynamodb/import-repository';
import { ImportJobs } from '../services/import-jobs';
import { telemetry } from '../telemetry';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeImportJobs = (config: Config): ImportJobs => {
  const { flagTable } = openTables(config);
  return new ImportJobs({
    writer: composeOverrideWriter(flagTable),
    imports: new DynamoImportRepository(flagTable, clock),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    clock,
    telemetry,
  });
};
