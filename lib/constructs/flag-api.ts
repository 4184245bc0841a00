import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpIntegrationType,
  HttpMethod,
  HttpRoute,
  HttpRouteIntegration,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
  type CorsPreflightOptions,
  type HttpRouteIntegrationConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Caller, Route } from '../../functions/routes';
import type { FlagUserPool } from './flag-user-pool';

export interface FlagApiProps {
  readonly userPool: FlagUserPool;
  readonly allowedOrigins: readonly string[];
  readonly logRetentionDays: RetentionDays;
}

/** The gateway has no optional authorizer, so the functions of the other callers verify a token themselves. */
const mustSignIn: readonly Caller[] = ['user', 'viewer', 'admin'];

/** The HTTP API: one route per line of the route table, one integration and one permission per function. */
export class FlagApi extends Construct {
  readonly httpApi: HttpApi;
  readonly url: string;
  private readonly authorizer: HttpJwtAuthorizer;

  constructor(scope: Construct, id: string, { userPool, allowedOrigins, logRetentionDays }: FlagApiProps) {
    super(scope, id);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      corsPreflight: allowedOrigins.length > 0 ? corsFor(allowedOrigins) : undefined,
    });
    this.url = this.httpApi.apiEndpoint;
    this.authorizer = new HttpJwtAuthorizer('Authorizer', userPool.issuer, {
      jwtAudience: [userPool.clientId],
    });
    this.addStage(logRetentionDays);
  }

  addFunction({ name, caller, routes }: Route, handler: IFunction): void {
    const integration = new FunctionIntegration(name, handler);
    const authorizer = mustSignIn.includes(caller) ? this.authorizer : undefined;
    for (const route of routes) {
      const httpRoute = new HttpRoute(this, route.replace(/\W+/g, '-'), {
        httpApi: this.httpApi,
        routeKey: routeKeyOf(route),
        integration,
        authorizer,
      });
      if (authorizer === undefined) {
        Validations.of(httpRoute).acknowledge({
          id: 'AwsSolutions::AwsSolutions-APIG4',
          reason: 'Open to anonymous callers by design; where a token is sent, the function verifies it',
        });
      }
    }
    handler.addPermission('InvokeByApi', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      // any stage, any route; `$default` has no method, so a third "/*" would leave it out
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.httpApi.apiId,
        resourceName: '*/*',
      }),
    });
  }

  private addStage(logRetentionDays: RetentionDays): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      autoDeploy: true,
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLogFormat },
    });
  }
}

/** An integration that leaves permissions alone: the library's own adds one per route. */
class FunctionIntegration extends HttpRouteIntegration {
  constructor(
    id: string,
    private readonly handler: IFunction,
  ) {
    super(id);
  }

  override bind(): HttpRouteIntegrationConfig {
    return {
      type: HttpIntegrationType.AWS_PROXY,
      uri: this.handler.functionArn,
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
    };
  }
}

const corsFor = (allowedOrigins: readonly string[]): CorsPreflightOptions => ({
  allowOrigins: [...allowedOrigins],
  allowMethods: [
    CorsHttpMethod.GET,
    CorsHttpMethod.POST,
    CorsHttpMethod.PUT,
    CorsHttpMethod.PATCH,
    CorsHttpMethod.DELETE,
  ],
  allowHeaders: [
    'authorization',
    'content-type',
    'if-match',
    'if-none-match',
    'x-environment',
    'x-device-id',
    'x-request-id',
  ],
  exposeHeaders: ['ETag', 'Retry-After', 'Location', 'X-Request-Id'],
  maxAge: Duration.hours(1),
});

const methods: ReadonlyMap<string, HttpMethod> = new Map(
  Object.values(HttpMethod).map((method) => [method, method]),
);

const routeKeyOf = (route: string): HttpRouteKey => {
  if (route === '$default') {
    return HttpRouteKey.DEFAULT;
  }
  const [name = '', path = ''] = route.split(' ');
  const method = methods.get(name);
  if (method === undefined) {
    throw new Error(`A route is "METHOD /path" or "$default", not "${route}"`);
  }
  return HttpRouteKey.with(path, method);
};

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
