import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { Table } from '../dynamodb/table';
import { OverrideWriter } from '../services/override-writer';
import { telemetry } from '../telemetry';
import { clock, newId } from './parts';

export const composeOverrideWriter = (flagTable: Table): OverrideWriter =>
  new OverrideWriter({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    clock,
    newId,
    telemetry,
  });
