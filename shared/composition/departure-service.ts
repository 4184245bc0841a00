import { type Config, readConfig } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoBackupRepository } from '../dynamodb/import-backups';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DepartureService } from '../services/departures';
import { composeDeviceService } from './device-service';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeDepartureService = (config: Config = readConfig()): DepartureService => {
  const { flagTable } = openTables(config);
  return new DepartureService({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    backups: new DynamoBackupRepository(flagTable, clock),
    devices: composeDeviceService(config),
    environments: config.environments,
    userIdFormat: config.userIdFormat,
  });
};
