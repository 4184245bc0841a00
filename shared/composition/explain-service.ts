import { CognitoUserDirectory } from '../cognito/user-directory';
import { readConfig } from '../config';
import { DynamoAuditRepository } from '../dynamodb/audit-repository';
import { DynamoDeviceRepository } from '../dynamodb/device-repository';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import { userInQuestion } from '../http/user-in-question';
import type { UserDirectory } from '../ports';
import { ExplainService } from '../services/explain';
import { History } from '../services/history';
import { StateReader } from '../services/state-at';
import { compilers } from './compilers';
import { clock, openTables } from './parts';
import { sha256 } from './sha256';

export const composeExplainService = (
  config = readConfig(),
  pool: Pick<UserDirectory, 'find'> = new CognitoUserDirectory(config.userPoolId),
): ExplainService => {
  const { flagTable, auditTable } = openTables(config);
  const { identityClaims, userIdFormat } = config;
  return new ExplainService({
    states: new StateReader({
      flags: new DynamoFlagRepository(flagTable, clock),
      segments: new DynamoSegmentRepository(flagTable, clock),
      overrides: new DynamoOverrideRepository(flagTable, clock),
      history: new History(new DynamoAuditRepository(auditTable, flagTable)),
    }),
    devices: new DynamoDeviceRepository(flagTable, clock),
    inQuestion: (environment, userId, said) =>
      userInQuestion({ pool, identityClaims }, environment, userId, said),
    compilers,
    sha256,
    clock,
    userIdFormat,
  });
};
