import { type Config, readConfig } from '../config';
import { DynamoAuditRepository } from '../dynamodb/audit-repository';
import { DynamoChangeRepository } from '../dynamodb/change-repository';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { readStreamRecord } from '../dynamodb/stream-record';
import { DynamoSweepRepository } from '../dynamodb/sweep-repository';
import { ChangeService } from '../services/changes';
import { telemetry } from '../telemetry';
import { clock, openTables, STREAM_LIMITS } from './parts';

export const composeChangeService = (config: Config = readConfig()): ChangeService => {
  const { flagTable, auditTable } = openTables(config, STREAM_LIMITS);
  return new ChangeService({
    readRecord: readStreamRecord,
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    changes: new DynamoChangeRepository(flagTable, clock),
    audit: new DynamoAuditRepository(auditTable, flagTable),
    sweeps: new DynamoSweepRepository(flagTable),
    environments: config.environments,
    telemetry,
  });
};
