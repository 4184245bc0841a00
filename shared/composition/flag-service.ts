import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { FlagService } from '../services/flags';
import { composeFlagWriter } from './flag-writer';
import { clock, newId, openTables } from './parts';

export const composeFlagService = (config?: Config): FlagService => {
  const { flagTable } = openTables(config);
  return new FlagService({
    writer: composeFlagWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
    newId,
  });
};
