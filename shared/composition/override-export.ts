import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideExport } from '../services/override-export';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeOverrideExport = (): OverrideExport => {
  const { flagTable } = openTables();
  return new OverrideExport({
    writer: composeOverrideWriter(flagTable),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
  });
};
