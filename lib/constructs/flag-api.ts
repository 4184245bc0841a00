import { Duration, Stack } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  HttpApi,
  HttpIntegrationType,
  HttpMethod,
  HttpRoute,
  HttpRouteIntegration,
  HttpRouteKey,
  PayloadFormatVersion,
  type CorsPreflightOptions,
  type HttpRouteIntegrationConfig,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { signedRoutesOf, type Caller, type Route } from '../../functions/routes';
import { acknowledge } from './acknowledge';
import { ApiStage, type ApiStageProps } from './api-stage';

export interface FlagApiProps extends Omit<ApiStageProps, 'httpApi'> {
  readonly issuer: string;
  /** App clients whose tokens pass; which routes they open is decided by the functions. */
  readonly clientIds: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** The gateway has no optional authorizer, so the functions of the other callers verify a token themselves. */
const mustSignIn: readonly Caller[] = ['user', 'viewer', 'scraper', 'admin'];

/** The HTTP API: one route per line of the route table, one integration and one permission per function. */
export class FlagApi extends Construct {
  readonly httpApi: HttpApi;
  readonly stage: ApiStage;
  readonly url: string;
  private readonly tokens: HttpJwtAuthorizer;
  private readonly signatures = new HttpIamAuthorizer();

  constructor(scope: Construct, id: string, props: FlagApiProps) {
    super(scope, id);
    const { issuer, clientIds, allowedOrigins } = props;
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      corsPreflight: allowedOrigins.length > 0 ? corsFor(allowedOrigins) : undefined,
    });
    this.url = this.httpApi.apiEndpoint;
    this.tokens = new HttpJwtAuthorizer('Authorizer', issuer, { jwtAudience: [...clientIds] });
    this.stage = new ApiStage(this, 'Stage', { ...props, httpApi: this.httpApi });
  }

  addFunction(route: Route, handler: IFunction): void {
    const integration = new FunctionIntegration(route.name, handler);
    const authorizer = mustSignIn.includes(route.caller) ? this.tokens : undefined;
    for (const routeKey of route.routes) {
      const httpRoute = this.addRoute(routeKey, integration, authorizer);
      if (route.access === 'evaluate') {
        this.stage.addEvaluationRoute(routeKey, httpRoute);
      }
      if (authorizer === undefined) {
        acknowledge(
          httpRoute,
          'AwsSolutions-APIG4',
          'Open to anonymous callers by design; where a token is sent, the function verifies it',
        );
      }
    }
    for (const routeKey of signedRoutesOf(route)) {
      this.addRoute(routeKey, integration, this.signatures);
    }
    handler.addPermission('InvokeByApi', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      // any stage, any route; `$default` has no method, so a third "/*" would leave it out
      sourceArn: this.arnOf('*/*'),
    });
  }

  /** The ARN of calls with this method to this path; `*` in a path is any text, slashes too. */
  arnOfCalls(method: string, path: string): string {
    return this.arnOf(`$default/${method}${path}`);
  }

  private arnOf(resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'execute-api', resource: this.httpApi.apiId, resourceName });
  }

  private addRoute(
    routeKey: string,
    integration: HttpRouteIntegration,
    authorizer: IHttpRouteAuthorizer | undefined,
  ): HttpRoute {
    return new HttpRoute(this, routeKey.replace(/\W+/g, '-'), {
      httpApi: this.httpApi,
      routeKey: routeKeyOf(routeKey),
      integration,
      authorizer,
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
    'x-api-key',
    'content-type',
    'if-match',
    'if-none-match',
    'x-environment',
    'x-device-id',
    'x-timezone',
    'x-app-version',
    'x-request-id',
  ],
  exposeHeaders: ['ETag', 'Retry-After', 'Location', 'Link', 'X-Request-Id'],
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
