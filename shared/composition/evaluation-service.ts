import type { Config } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoRulesetSource } from '../dynamodb/ruleset-source';
import { EvaluationService } from '../services/evaluation';
import { FlagCache } from '../services/flag-cache';
import { OverrideCache } from '../services/override-cache';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { clock, openTables } from './parts';
import { sha256 } from './sha256';

export const composeEvaluationService = (config?: Config): EvaluationService => {
  const { flagTable } = openTables(config);
  const overrides = new DynamoOverrideRepository(flagTable, clock);
  const devices = new DynamoDeviceRepository(flagTable, clock);
  return new EvaluationService({
    flagCache: new FlagCache({ source: new DynamoRulesetSource(flagTable), compilers, clock, telemetry }),
    overrideCache: new OverrideCache({ overrides, devices, clock, telemetry }),
    sha256,
    clock,
  });
};
