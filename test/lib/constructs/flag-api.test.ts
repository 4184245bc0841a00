import { routes, signedRoutesOf, type Caller } from '../../../functions/routes';
import { asText, propertiesOf, synthesize } from '../synthesize';

interface RouteProperties {
  readonly RouteKey: string;
  readonly Target: unknown;
  readonly AuthorizationType: string;
  readonly AuthorizerId?: unknown;
}

interface CorsConfiguration {
  readonly AllowOrigins: string[];
  readonly AllowMethods: string[];
  readonly AllowHeaders: string[];
  readonly ExposeHeaders: string[];
  readonly AllowCredentials?: boolean;
}

const template = synthesize();
const gatewayRoutes = Object.values(propertiesOf<RouteProperties>(template, 'AWS::ApiGatewayV2::Route'));
const corsOf = (from: typeof template): CorsConfiguration | undefined =>
  Object.values(propertiesOf<{ CorsConfiguration?: CorsConfiguration }>(from, 'AWS::ApiGatewayV2::Api'))[0]
    ?.CorsConfiguration;

describe('routes of the gateway', () => {
  test('are those of the route table', () => {
    expect(gatewayRoutes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      routes.flatMap((row) => [...row.routes, ...signedRoutesOf(row)]).sort(),
    );
  });

  test('are open only where this list says so', () => {
    const open = gatewayRoutes.filter(({ AuthorizationType }) => AuthorizationType === 'NONE');
    expect(open.map(({ RouteKey }) => RouteKey).sort()).toEqual([
      '$default',
      'GET /api/config/flags',
      'GET /api/feature-flags',
      'GET /api/health',
      'GET /api/openapi.json',
      'POST /ofrep/v1/evaluate/flags',
      'POST /ofrep/v1/evaluate/flags/{key}',
    ]);
  });

  const signedIn: readonly Caller[] = ['user', 'viewer', 'scraper', 'admin'];
  const closed = routes.filter(({ caller }) => signedIn.includes(caller)).flatMap((row) => row.routes);

  test.each(closed)('%s asks for a token of the user pool', (routeKey) => {
    const route = gatewayRoutes.find(({ RouteKey }) => RouteKey === routeKey);
    expect(route?.AuthorizationType).toBe('JWT');
    expect(asText(route?.AuthorizerId)).toBe('ApiHttpApiAuthorizer');
  });

  const forAdmins = closed.filter((routeKey) => routeKey.includes(' /api/admin'));

  test.each(forAdmins)('%s has an entrance for AWS credentials, to the same function', (routeKey) => {
    const signed = gatewayRoutes.find(({ RouteKey }) => RouteKey === routeKey.replace(' /', ' /signed/'));
    const open = gatewayRoutes.find(({ RouteKey }) => RouteKey === routeKey);
    expect(signed?.AuthorizationType).toBe('AWS_IAM');
    expect(signed?.Target).toEqual(open?.Target);
  });

  test('with a signature lead to nothing but admin routes', () => {
    const signed = gatewayRoutes.filter(({ AuthorizationType }) => AuthorizationType === 'AWS_IAM');
    expect(signed).toHaveLength(forAdmins.length);
    expect(signed.filter(({ RouteKey }) => !RouteKey.includes(' /signed/api/admin/'))).toEqual([]);
  });

  test('under /api/admin are for viewers and admins alone, but for the metrics', () => {
    const admin = routes.filter((row) => row.routes.some((route) => route.includes(' /api/admin')));
    const letIn: readonly Caller[] = ['admin', 'viewer', 'scraper'];
    expect(admin.filter(({ caller }) => !letIn.includes(caller))).toEqual([]);
    expect(admin.filter(({ caller }) => caller === 'scraper').map(({ name }) => name)).toEqual([
      'get-metrics',
    ]);
    const reading = ['read', 'inspect'];
    expect(admin.filter(({ caller, access }) => caller !== 'admin' && !reading.includes(access))).toEqual([]);
  });
});

describe('the gateway', () => {
  test('accepts tokens of this user pool and its app clients', () => {
    const [authorizer] = Object.values(
      propertiesOf<{ JwtConfiguration: { Issuer: unknown; Audience: unknown[] }; IdentitySource: string[] }>(
        template,
        'AWS::ApiGatewayV2::Authorizer',
      ),
    );
    expect(asText(authorizer?.JwtConfiguration.Issuer)).toBe(
      'https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/UserPool',
    );
    expect(authorizer?.JwtConfiguration.Audience.map(asText)).toEqual([
      'UserPoolClient',
      'UserPoolMachineClient',
    ]);
    expect(authorizer?.IdentitySource).toEqual(['$request.header.Authorization']);
  });

  test('has one integration and one permission per function, for this API alone', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Integration', routes.length);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    const permissions = Object.values(
      propertiesOf<{ FunctionName: unknown; SourceArn: unknown }>(template, 'AWS::Lambda::Permission'),
    );
    expect(new Set(permissions.map(({ FunctionName }) => asText(FunctionName))).size).toBe(routes.length);
    expect(permissions).toHaveLength(routes.length);
    for (const { SourceArn } of permissions) {
      expect(asText(SourceArn)).toBe(
        'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:ApiHttpApi/*/*',
      );
    }
  });

  interface StageProperties {
    readonly AccessLogSettings: { readonly Format: string };
    readonly DefaultRouteSettings: {
      readonly ThrottlingRateLimit: number;
      readonly ThrottlingBurstLimit: number;
    };
    readonly RouteSettings: Record<string, unknown>;
  }
  const stageOf = (from: typeof template) =>
    Object.values(propertiesOf<StageProperties>(from, 'AWS::ApiGatewayV2::Stage'))[0];

  test('lets each evaluation route have a rate of its own, which admin requests take nothing from', () => {
    const { DefaultRouteSettings, RouteSettings } = stageOf(template) ?? {};
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
    const evaluation = routes.filter(({ access }) => access === 'evaluate').flatMap((row) => row.routes);
    expect(RouteSettings).toEqual(
      Object.fromEntries(
        evaluation.map((routeKey) => [routeKey, { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 }]),
      ),
    );
    const chosen = stageOf(synthesize({ adminRequestsPerSecond: 5, evaluationRequestsPerSecond: 7 }));
    expect(chosen?.DefaultRouteSettings.ThrottlingRateLimit).toBe(5);
    expect(chosen?.RouteSettings['GET /api/flags/me']).toEqual({
      ThrottlingRateLimit: 7,
      ThrottlingBurstLimit: 14,
    });
  });

  test('has its routes before it has settings for them', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const awaited = (stage?.['DependsOn'] as string[]).join(' ');
    for (const id of ['GET-api-config-flags', 'GET-api-feature-flags', 'GET-api-flags-me']) {
      expect(awaited).toContain(id.replaceAll('-', ''));
    }
  });

  test('logs neither query strings nor tokens nor addresses', () => {
    const format = stageOf(template)?.AccessLogSettings.Format ?? '';
    expect(Object.keys(JSON.parse(format) as object)).toContain('routeKey');
    expect(format).not.toMatch(/querystring|\$context\.path|header|authorizer|claims|sourceIp|userAgent/i);
  });
});

describe('CORS', () => {
  test('lets the configured origins in, and exposes what clients read', () => {
    expect(corsOf(template)).toEqual({
      AllowOrigins: ['https://app.example.com'],
      AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      AllowHeaders: [
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
      ExposeHeaders: ['ETag', 'Retry-After', 'Location', 'Link', 'X-Request-Id'],
      MaxAge: 3600,
    });
  });

  test('is off when no origin is configured', () => {
    expect(corsOf(synthesize({ allowedOrigins: [] }))).toBeUndefined();
  });
});
