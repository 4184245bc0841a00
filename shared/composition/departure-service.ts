import { CognitoUserDirectory } from '../cognito/user-directory';
import { type Config, readConfig } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { UserDirectory } from '../ports';
import { DepartureService } from '../services/departures';
import { composeDeviceService } from './device-service';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

export const composeDepartureService = (
  config: Config = readConfig(),
  pool: Pick<UserDirectory, 'exists'> = new CognitoUserDirectory(config.userPoolId),
): DepartureService => {
  const { flagTable } = openTables(config);
  return new DepartureService({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    devices: composeDeviceService(config),
    pool,
    environments: config.environments,
    userIdFormat: config.userIdFormat,
  });
};
