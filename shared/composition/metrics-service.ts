import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoStatsRepository } from '../dynamodb/stats-repository';
import { MetricsService } from '../services/metrics';
import { telemetry } from '../telemetry';
import { clock, openTables } from './parts';

export const composeMetricsService = (config?: Config): MetricsService => {
  const { flagTable } = openTables(config);
  return new MetricsService({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    stats: new DynamoStatsRepository(flagTable),
    clock,
    telemetry,
  });
};
