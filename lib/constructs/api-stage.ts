import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpStage,
  LogGroupLogDestination,
  type CfnStage,
  type HttpApi,
  type HttpRoute,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface ApiStageProps {
  readonly httpApi: HttpApi;
  readonly logRetentionDays: RetentionDays;
  /** Requests per second that each route of evaluation lets through, twice as many in a burst. */
  readonly evaluationRate: number;
  /** The same for each other route. */
  readonly adminRate: number;
}

interface Throttle {
  readonly ThrottlingRateLimit: number;
  readonly ThrottlingBurstLimit: number;
}

/** An account has no more, unless AWS grants it. */
const MAX_BURST = 5_000;

const burstOf = (rate: number): number => Math.min(2 * rate, MAX_BURST);

const throttle = (rate: number): Throttle => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burstOf(rate),
});

/** The only stage of the API: its access log, and how much it lets through. */
export class ApiStage extends Construct {
  readonly httpStage: HttpStage;
  private readonly routeSettings: Record<string, Throttle> = {};

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ApiStageProps,
  ) {
    super(scope, id);
    const { httpApi, logRetentionDays, adminRate } = props;
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.httpStage = new HttpStage(this, 'Default', {
      httpApi,
      autoDeploy: true,
      throttle: { rateLimit: adminRate, burstLimit: burstOf(adminRate) },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLogFormat },
    });
    this.cfnStage.routeSettings = Lazy.any({ produce: () => this.routeSettings });
  }

  /** Evaluation has a rate of its own, so that a storm of admin requests takes nothing from it. */
  addEvaluationRoute(routeKey: string, route: HttpRoute): void {
    this.routeSettings[routeKey] = throttle(this.props.evaluationRate);
    // settings of a route that is not there yet are refused
    this.httpStage.node.addDependency(route);
  }

  private get cfnStage(): CfnStage {
    return this.httpStage.node.defaultChild as CfnStage;
  }
}

/** Route keys instead of paths, and no address: who asked for whom is not for the access log. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTime: '$context.requestTime',
    routeKey: '$context.routeKey',
    status: '$context.status',
    responseLength: '$context.responseLength',
    responseLatency: '$context.responseLatency',
    integrationLatency: '$context.integrationLatency',
    integrationStatus: '$context.integrationStatus',
    errorType: '$context.error.responseType',
  }),
);
