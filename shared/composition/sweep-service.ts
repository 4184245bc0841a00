import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoSweepRepository } from '../dynamodb/sweep-repository';
import { SweepService } from '../services/sweeps';
import { telemetry } from '../telemetry';
import { clock, openTables, STREAM_LIMITS } from './parts';

export const composeSweepService = (config?: Config): SweepService => {
  const { flagTable } = openTables(config, STREAM_LIMITS);
  return new SweepService({
    flags: new DynamoFlagRepository(flagTable, clock),
    sweeps: new DynamoSweepRepository(flagTable),
    telemetry,
  });
};
