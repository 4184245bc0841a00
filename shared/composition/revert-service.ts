import { type Config, readConfig } from '../config';
import { DynamoAuditRepository } from '../dynamodb/audit-repository';
import { DynamoChangeLimiter } from '../dynamodb/change-limiter';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DeviceReverts } from '../services/device-reverts';
import { OverrideReverts } from '../services/override-reverts';
import { RevertService } from '../services/reverts';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { composeDeviceOverrides } from './device-overrides';
import { composeDeviceWriter } from './device-writer';
import { composeFlagWriter } from './flag-writer';
import { composeImportJobs } from './import-jobs';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';
import { composeSegmentWriter } from './segment-writer';

export const composeRevertService = (config: Config = readConfig()): RevertService => {
  const { flagTable, auditTable } = openTables(config);
  const devices = new DynamoDeviceRepository(flagTable, clock);
  const overrides = new DynamoOverrideRepository(flagTable, clock);
  return new RevertService({
    audit: new DynamoAuditRepository(auditTable, flagTable),
    overrides: new OverrideReverts({
      writer: composeOverrideWriter(flagTable),
      devices,
      limiter: new DynamoChangeLimiter(flagTable, clock, config.overrideChangesPerHour),
      compilers,
      clock,
      telemetry,
    }),
    devices: new DeviceReverts({
      devices,
      overrides,
      deviceOverrides: composeDeviceOverrides(config, flagTable),
      writer: composeDeviceWriter(config, flagTable),
      environments: config.environments,
      clock,
    }),
    storedOverrides: overrides,
    flags: composeFlagWriter(flagTable),
    segments: composeSegmentWriter(flagTable),
    imports: composeImportJobs(config),
    clock,
  });
};
