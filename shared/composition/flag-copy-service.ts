import { readConfig } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { FlagCopyService } from '../services/flag-copy';
import { composeFlagWriter } from './flag-writer';
import { clock, openTables } from './parts';

export const composeFlagCopyService = (config = readConfig()): FlagCopyService => {
  const { flagTable } = openTables(config);
  return new FlagCopyService({
    writer: composeFlagWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    environments: config.environments,
  });
};
