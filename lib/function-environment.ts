import type { AuditTable } from './constructs/audit-table';
import type { FlagTable } from './constructs/flag-table';
import type { FlagUserPool } from './constructs/flag-user-pool';
import type { ImportBucket } from './constructs/import-bucket';
import type { MachineAccess } from './constructs/machine-access';
import type { Settings } from './settings';

export interface FunctionEnvironmentProps {
  readonly settings: Settings;
  readonly flagTable: FlagTable;
  readonly auditTable: AuditTable;
  readonly userPool: FlagUserPool;
  readonly machines: MachineAccess;
  readonly importBucket: ImportBucket;
}

/** Where the functions' own metrics are. */
export const ownMetricsOf = (stage: string) => ({ namespace: 'Guidon', service: `guidon-${stage}` });

/** The variables of every function. */
export const telemetryEnvironment = (stage: string): Record<string, string> => {
  const { namespace, service } = ownMetricsOf(stage);
  return { POWERTOOLS_SERVICE_NAME: service, POWERTOOLS_METRICS_NAMESPACE: namespace };
};

/** The variables of functions that have something to do with data; `shared/config.ts` reads them. */
export const dataEnvironment = (props: FunctionEnvironmentProps): Record<string, string> => {
  const { settings, flagTable, auditTable, userPool, machines, importBucket } = props;
  const keysOf = settings.cognitoEndpoint ?? userPool.regionalEndpoint;
  return {
    FLAG_TABLE_NAME: flagTable.tableName,
    AUDIT_TABLE_NAME: auditTable.tableName,
    ENVIRONMENTS: settings.environments.join(','),
    DEFAULT_ENVIRONMENT: settings.defaultEnvironment,
    USER_ID_FORMAT: settings.userIdFormat,
    OVERRIDE_CHANGES_PER_HOUR: String(settings.overrideChangesPerHour),
    TOKEN_ISSUER: userPool.issuer,
    TOKEN_JWKS_URI: `${keysOf}/${userPool.userPoolId}/.well-known/jwks.json`,
    TOKEN_CLIENT_IDS: userPool.clientId,
    TOKEN_MACHINE_CLIENT_IDS: machines.clientId,
    GROUPS_CLAIM: settings.groupsClaim,
    USER_TYPE_CLAIM: settings.userTypeClaim,
    SUBSCRIPTION_CLAIM: settings.subscriptionClaim,
    USER_POOL_ID: userPool.userPoolId,
    IMPORT_PARTS: `s3://${importBucket.bucketName}`,
  };
};
