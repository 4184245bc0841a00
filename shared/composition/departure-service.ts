import { CognitoUserDirectory } from '../cognito/user-directory';
import { type Config, readConfig } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { UserDirectory } from '../ports';
import { DepartureService, type PersonDevices } from '../services/departures';
import { composeOverrideWriter } from './override-writer';
import { clock, openTables } from './parts';

/** Nothing registers devices yet. */
const NO_DEVICES: PersonDevices = { removeAllOf: async () => 0 };

export const composeDepartureService = (
  config: Config = readConfig(),
  pool: Pick<UserDirectory, 'exists'> = new CognitoUserDirectory(config.userPoolId),
): DepartureService => {
  const { flagTable } = openTables(config);
  return new DepartureService({
    writer: composeOverrideWriter(flagTable),
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    devices: NO_DEVICES,
    pool,
    environments: config.environments,
    userIdFormat: config.userIdFormat,
  });
};
