import type { Config } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoRulesetSource } from '../dynamodb/ruleset-source';
import { DynamoStatsRepository } from '../dynamodb/stats-repository';
import { EvaluationService } from '../services/evaluation';
import { FlagCache } from '../services/flag-cache';
import { OverrideCache } from '../services/override-cache';
import { UsageCounter } from '../services/usage';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { clock, openTables } from './parts';
import { sha256 } from './sha256';

/** A request waits for this once in ten seconds, and only as long where the table is slow. */
const USAGE_BUDGET_MS = 250;
/** An addition that was carried out, and answered with an error, would count twice. */
const COUNTED_ONCE = { maxAttempts: 1 };

export const composeEvaluationService = (config?: Config): EvaluationService => {
  const { flagTable } = openTables(config);
  const overrides = new DynamoOverrideRepository(flagTable, clock);
  const devices = new DynamoDeviceRepository(flagTable, clock);
  return new EvaluationService({
    flagCache: new FlagCache({ source: new DynamoRulesetSource(flagTable), compilers, clock, telemetry }),
    overrideCache: new OverrideCache({ overrides, devices, clock, telemetry }),
    usage: new UsageCounter({
      stats: new DynamoStatsRepository(openTables(config, COUNTED_ONCE).flagTable),
      budgetMs: USAGE_BUDGET_MS,
      clock,
      telemetry,
    }),
    sha256,
    clock,
  });
};
