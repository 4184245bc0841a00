import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { routes, streamHandlers, type AccessProfile } from '../functions/routes';
import { AccessRoles } from './constructs/access-profiles';
import { AuditTable } from './constructs/audit-table';
import { ChangeStream } from './constructs/change-stream';
import { DeadLetterQueue } from './constructs/dead-letter-queue';
import { FlagApi } from './constructs/flag-api';
import { FlagFunction } from './constructs/flag-function';
import { FlagTable } from './constructs/flag-table';
import { FlagUserPool } from './constructs/flag-user-pool';
import { Observability } from './constructs/observability';

export interface GuidonStackProps extends StackProps {
  /** Names this deployment in logs and metrics. */
  readonly stage: string;
  /** Holds one folder per function with its `index.mjs`. */
  readonly functionsDir: string;
  readonly environments: readonly string[];
  /** One of `environments`. */
  readonly defaultEnvironment: string;
  readonly userIdFormat: 'sub' | 'any';
  /** Origins whose pages may call the API; none means no cross-origin call at all. */
  readonly allowedOrigins: readonly string[];
  readonly logRetentionDays: RetentionDays;
  /** Keep tables and users when the stack is deleted. */
  readonly retainData: boolean;
  /** @default - alarms only show in the console */
  readonly alarmTopicArn?: string;
  /**
   * Where the functions fetch the user pool's keys.
   * @default - Cognito's own address in the region
   */
  readonly cognitoEndpoint?: string;
}

export class GuidonStack extends Stack {
  constructor(scope: Construct, id: string, props: GuidonStackProps) {
    super(scope, id, props);
    const { retainData, logRetentionDays, functionsDir } = props;

    const flagTable = new FlagTable(this, 'FlagTable', { retainData });
    const auditTable = new AuditTable(this, 'AuditTable', { retainData });
    const userPool = new FlagUserPool(this, 'UserPool', { retainData });
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    const roles = new AccessRoles(this, 'Access', { flagTable, auditTable, userPool, deadLetterQueue });

    const ownMetrics = { namespace: 'Guidon', service: `guidon-${props.stage}` };
    const telemetry = {
      POWERTOOLS_SERVICE_NAME: ownMetrics.service,
      POWERTOOLS_METRICS_NAMESPACE: ownMetrics.namespace,
    };
    const configuration = {
      FLAG_TABLE_NAME: flagTable.tableName,
      AUDIT_TABLE_NAME: auditTable.tableName,
      ENVIRONMENTS: props.environments.join(','),
      DEFAULT_ENVIRONMENT: props.defaultEnvironment,
      USER_ID_FORMAT: props.userIdFormat,
      TOKEN_ISSUER: userPool.issuer,
      TOKEN_JWKS_URI: userPool.jwksUri(props.cognitoEndpoint),
      TOKEN_CLIENT_IDS: userPool.clientId,
      USER_POOL_ID: userPool.userPoolId,
    };
    const createFunction = ({ name, access }: { readonly name: string; readonly access: AccessProfile }) =>
      new FlagFunction(this, pascalCase(name), {
        codeDir: `${functionsDir}/${name}`,
        access,
        role: roles.of(access),
        environment: access === 'nothing' ? telemetry : { ...telemetry, ...configuration },
        logRetentionDays,
      });

    const api = new FlagApi(this, 'Api', {
      userPool,
      allowedOrigins: props.allowedOrigins,
      logRetentionDays,
    });
    for (const route of routes) {
      api.addFunction(route, createFunction(route));
    }

    const changeStream = new ChangeStream(this, 'ChangeStream', { flagTable, deadLetterQueue });
    const streamFunctions = streamHandlers.map((handler) => {
      const handlerFunction = createFunction(handler);
      changeStream.addHandler(handler, handlerFunction);
      return handlerFunction;
    });

    new Observability(this, 'Observability', {
      api,
      streamFunctions,
      deadLetterQueue,
      ownMetrics,
      alarmTopicArn: props.alarmTopicArn,
    });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: userPool.clientId });
    new CfnOutput(this, 'FlagTableName', { value: flagTable.tableName });
    new CfnOutput(this, 'AuditTableName', { value: auditTable.tableName });
  }
}

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
