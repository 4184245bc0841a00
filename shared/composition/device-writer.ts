import type { Config } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { Table } from '../dynamodb/table';
import { DeviceWriter } from '../services/device-writer';
import { telemetry } from '../telemetry';
import { clock, newId } from './parts';

export const composeDeviceWriter = ({ environments }: Config, flagTable: Table): DeviceWriter =>
  new DeviceWriter({
    devices: new DynamoDeviceRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    environments,
    clock,
    newId,
    telemetry,
  });
