import { type Config, readConfig } from '../config';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { BulkOverrideService } from '../services/bulk-overrides';
import { telemetry } from '../telemetry';
import { composeImportEngine } from './import-engine';
import { composeImportParts } from './import-parts';
import { composeOverrideWriter } from './override-writer';
import { clock, newId, openTables } from './parts';

/** A step is a transaction of up to a hundred items. */
const LIMITS = { requestTimeoutMs: 3_000, maxAttempts: 2 };

export const composeBulkOverrideService = (config: Config = readConfig()): BulkOverrideService => {
  const { flagTable } = openTables(config, LIMITS);
  const importParts = composeImportParts(config);
  return new BulkOverrideService({
    ...composeImportEngine(config, flagTable, importParts),
    writer: composeOverrideWriter(flagTable),
    importParts,
    limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
    userIdFormat: config.userIdFormat,
    clock,
    newId,
    telemetry,
  });
};
