import { type Config, readConfig } from '../config';
import { DynamoAuditRepository } from '../dynamodb/audit-repository';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { readDeviceSlot } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { OverrideReverts } from '../services/override-reverts';
import { RevertService } from '../services/reverts';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { composeFlagWriter } from './flag-writer';
import { composeImportJobs } from './import-jobs';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';
import { composeSegmentService } from './segment-service';

export const composeRevertService = (config: Config = readConfig()): RevertService => {
  const { flagTable, auditTable } = openTables(config);
  return new RevertService({
    audit: new DynamoAuditRepository(auditTable, flagTable),
    overrides: new OverrideReverts({
      writer: composeOverrideWriter(flagTable),
      devices: { readSlot: (deviceId) => readDeviceSlot(flagTable, deviceId) },
      limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
      compilers,
      clock,
      telemetry,
    }),
    storedOverrides: new DynamoOverrideRepository(flagTable, clock),
    flags: composeFlagWriter(flagTable),
    segments: composeSegmentService(config),
    imports: composeImportJobs(config),
    clock,
  });
};
