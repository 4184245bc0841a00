import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideReportService } from '../services/override-report';
import { clock, openTables } from './parts';

export const composeOverrideReportService = (config?: Config): OverrideReportService => {
  const { flagTable } = openTables(config);
  return new OverrideReportService({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
  });
};
