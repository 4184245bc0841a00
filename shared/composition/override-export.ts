import type { Config } from '../config';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideExport } from '../services/override-export';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeOverrideExport = (config?: Config): OverrideExport => {
  const { flagTable } = openTables(config);
  return new OverrideExport({
    writer: composeOverrideWriter(flagTable),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
  });
};
