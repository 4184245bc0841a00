import { type Config, readConfig } from '../config';
import { DynamoImportRepository } from '../dynamodb/import-repository';
import { ImportService } from '../services/imports';
import { telemetry } from '../telemetry';
import { composeImportJobs } from './import-jobs';
import { composeImportParts } from './import-parts';
import { composeOverrideWriter } from './override-writer';
import { clock, newId, openTables } from './parts';

export const composeImportService = (config: Config = readConfig()): ImportService => {
  const { flagTable } = openTables(config);
  return new ImportService({
    writer: composeOverrideWriter(flagTable),
    jobs: composeImportJobs(config),
    imports: new DynamoImportRepository(flagTable, clock),
    importParts: composeImportParts(config),
    userIdFormat: config.userIdFormat,
    clock,
    newId,
    telemetry,
  });
};
