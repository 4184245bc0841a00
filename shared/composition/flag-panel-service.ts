import { CognitoUserDirectory } from '../cognito/user-directory';
import { readConfig } from '../config';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoRulesetSource } from '../dynamodb/ruleset-source';
import { userInQuestion } from '../http/user-in-question';
import type { UserDirectory } from '../ports';
import { FlagCache } from '../services/flag-cache';
import { FlagPanelService } from '../services/flag-panel';
import { telemetry } from '../telemetry';
import { compilers } from './compilers';
import { clock, openTables } from './parts';
import { sha256 } from './sha256';

export const composeFlagPanelService = (
  config = readConfig(),
  pool: Pick<UserDirectory, 'find'> = new CognitoUserDirectory(config.userPoolId),
): FlagPanelService => {
  const { flagTable } = openTables(config);
  const { identityClaims, userIdFormat } = config;
  return new FlagPanelService({
    flagCache: new FlagCache({ source: new DynamoRulesetSource(flagTable), compilers, clock, telemetry }),
    overrides: new DynamoOverrideRepository(flagTable, clock),
    devices: new DynamoDeviceRepository(flagTable, clock),
    inQuestion: (environment, userId) =>
      userInQuestion({ pool, identityClaims }, environment, userId, undefined),
    sha256,
    clock,
    userIdFormat,
  });
};
