import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideSearch } from '../services/override-search';
import { clock, openTables } from './parts';

export const composeOverrideSearch = (config?: Config): OverrideSearch => {
  const { flagTable } = openTables(config);
  return new OverrideSearch({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
  });
};
