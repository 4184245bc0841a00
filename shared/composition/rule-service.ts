import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { RuleService } from '../services/rules';
import { composeFlagWriter } from './flag-writer';
import { clock, newId, openTables } from './parts';

export const composeRuleService = (config?: Config): RuleService => {
  const { flagTable } = openTables(config);
  return new RuleService({
    writer: composeFlagWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    newId,
  });
};
