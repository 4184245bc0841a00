import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { routes, type AccessProfile, type Route } from '../functions/routes';
import { streamHandlers } from '../functions/stream-handlers';
import { SIGNED_PREFIX } from '../shared/http/signed-caller';
import { acknowledge } from './constructs/acknowledge';
import { AccessRoles } from './constructs/access-profiles';
import { AuditTable } from './constructs/audit-table';
import { ChangeStream } from './constructs/change-stream';
import { DeadLetterQueue } from './constructs/dead-letter-queue';
import { FlagApi } from './constructs/flag-api';
import { FlagFunction } from './constructs/flag-function';
import { FlagTable } from './constructs/flag-table';
import { FlagUserPool } from './constructs/flag-user-pool';
import { ImportBucket } from './constructs/import-bucket';
import { Frontage } from './constructs/frontage';
import { MachineAccess } from './constructs/machine-access';
import { Observability } from './constructs/observability';
import { OperatorPolicies } from './constructs/operator-policies';
import type { StreamFunctions } from './constructs/signals';
import { dataEnvironment, ownMetricsOf, telemetryEnvironment } from './function-environment';
import type { Settings } from './settings';

export interface GuidonStackProps extends StackProps {
  readonly settings: Settings;
  /** Holds one folder per function with its `index.mjs`. */
  readonly functionsDir: string;
  /** Goes with `settings.cloudFront`. */
  readonly webAclArn?: string;
}

type Row = Pick<Route, 'name' | 'access'>;

export class GuidonStack extends Stack {
  constructor(scope: Construct, id: string, props: GuidonStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { stage, retainData } = settings;

    const flagTable = new FlagTable(this, 'FlagTable', { retainData });
    const auditTable = new AuditTable(this, 'AuditTable', { retainData });
    const userPool = new FlagUserPool(this, 'UserPool', { retainData });
    const machines = new MachineAccess(this, 'Machines', { userPool, stage });
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue');
    const importBucket = new ImportBucket(this, 'ImportBucket', { retainData });
    const data = { flagTable, auditTable, userPool, importBucket };
    const roles = new AccessRoles(this, 'Access', { ...data, deadLetterQueue });

    const environment = {
      ...telemetryEnvironment(stage),
      ...dataEnvironment({ ...data, settings, machines }),
    };
    const createFunction = (row: Row) => this.createFunction(row, roles, environment, props);

    const api = this.createApi(settings, [userPool.clientId, machines.clientId], userPool.issuer);
    const handlers = routes.map((route) => {
      const handler = createFunction(route);
      api.addFunction(route, handler);
      return { access: route.access, handler };
    });
    const changeStream = new ChangeStream(this, 'ChangeStream', { flagTable, deadLetterQueue });
    const streamFunctions = Object.fromEntries(
      streamHandlers.map((row) => [row.name, changeStream.addHandler(row, createFunction(row))]),
    ) as StreamFunctions;

    const { topic } = new Observability(this, 'Observability', {
      api,
      flagTable,
      deadLetterQueue,
      streamFunctions,
      evaluationFunctions: handlers.flatMap(({ access, handler }) => (access === 'evaluate' ? handler : [])),
      ownMetrics: ownMetricsOf(stage),
      alarmEmail: settings.alarmEmail,
    });
    const operators = new OperatorPolicies(this, 'Operators', { api });
    const frontage = new Frontage(this, 'Frontage', { api, settings, webAclArn: props.webAclArn });

    acknowledge(
      this,
      'Serverless-LambdaDLQ',
      'No function is invoked asynchronously: the gateway waits, and the stream has a queue for what fails',
    );
    this.addOutputs({
      ApiUrl: frontage.url,
      SignedApiUrl: `${api.url}${SIGNED_PREFIX}`,
      DomainTarget: frontage.target?.hostName,
      UserPoolId: userPool.userPoolId,
      UserPoolClientId: userPool.clientId,
      MachineClientId: machines.clientId,
      MachineTokenUrl: machines.tokenUrl,
      AdminPolicyArn: operators.adminPolicyArn,
      ViewerPolicyArn: operators.viewerPolicyArn,
      FlagTableName: flagTable.tableName,
      AuditTableName: auditTable.tableName,
      DeadLetterQueueUrl: deadLetterQueue.queueUrl,
      AlarmTopicArn: topic.topicArn,
    });
  }

  private createApi(settings: Settings, clientIds: readonly string[], issuer: string): FlagApi {
    return new FlagApi(this, 'Api', {
      issuer,
      clientIds,
      allowedOrigins: settings.allowedOrigins,
      logRetentionDays: settings.logRetentionDays,
      evaluationRate: settings.evaluationRequestsPerSecond,
      adminRate: settings.adminRequestsPerSecond,
    });
  }

  private createFunction(
    { name, access }: Row,
    roles: AccessRoles,
    environment: Readonly<Record<string, string>>,
    { settings, functionsDir }: GuidonStackProps,
  ): FlagFunction {
    return new FlagFunction(this, pascalCase(name), {
      codeDir: `${functionsDir}/${name}`,
      access,
      role: roles.of(access),
      environment: access === 'nothing' ? telemetryEnvironment(settings.stage) : environment,
      logRetentionDays: settings.logRetentionDays,
      reservedConcurrency: reservedConcurrency(access, settings),
    });
  }

  private addOutputs(values: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) {
        new CfnOutput(this, name, { value });
      }
    }
  }
}

const reservedConcurrency = (access: AccessProfile, settings: Settings): number | undefined =>
  access === 'evaluate' ? settings.evaluationReservedConcurrency : undefined;

const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
