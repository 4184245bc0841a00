import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoImportRepository } from '../dynamodb/import-repository';
import { ImportService } from '../services/imports';
import { telemetry } from '../telemetry';
import { composeImportParts } from './import-parts';
import { composeOverrideWriter } from './override-writer';
import { clock, newId, openTables } from './parts';

export const composeImportService = (config: Config = readConfig()): ImportService => {
  const { flagTable } = openTables(config);
  return new ImportService({
    writer: composeOverrideWriter(flagTable),
    imports: new DynamoImportRepository(flagTable, clock),
    importParts: composeImportParts(config),
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    userIdFormat: config.userIdFormat,
    clock,
    newId,
    telemetry,
  });
};
