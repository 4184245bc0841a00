import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { Table } from '../dynamodb/table';
import { DeviceOverrides } from '../services/device-overrides';
import { composeOverrideWriter } from './override-writer';
import { clock } from './parts';

export const composeDeviceOverrides = (config: Config, flagTable: Table): DeviceOverrides =>
  new DeviceOverrides({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    environments: config.environments,
  });
