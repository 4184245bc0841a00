import { asText, propertiesOf, synthesize } from '../synthesize';

const template = synthesize();
const clients = propertiesOf<Record<string, unknown>>(template, 'AWS::Cognito::UserPoolClient');

describe('access for machines', () => {
  test('has a scope for evaluation and one for metrics', () => {
    const [server] = Object.values(
      propertiesOf<{ Identifier: string; Scopes: { ScopeName: string }[] }>(
        template,
        'AWS::Cognito::UserPoolResourceServer',
      ),
    );
    expect(server?.Identifier).toBe('guidon');
    expect(server?.Scopes.map(({ ScopeName }) => ScopeName)).toEqual(['evaluate', 'metrics']);
  });

  test('is by client credentials with a secret, for tokens of an hour', () => {
    const { AllowedOAuthScopes, ...client } = clients['UserPoolMachineClient'] ?? {};
    expect(client).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      AccessTokenValidity: 60,
      TokenValidityUnits: { AccessToken: 'minutes' },
    });
    expect((AllowedOAuthScopes as unknown[]).map(asText)).toEqual([
      'UserPoolMachineScopes/evaluate',
      'UserPoolMachineScopes/metrics',
    ]);
  });

  test('lets no person sign in', () => {
    expect(clients['UserPoolMachineClient']?.['ExplicitAuthFlows']).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']);
  });

  test('gets its tokens at a host name that only this account and stage has', () => {
    const [domain] = Object.values(
      propertiesOf<{ Domain: unknown }>(template, 'AWS::Cognito::UserPoolDomain'),
    );
    expect(asText(domain?.Domain)).toBe('guidon-test-<AWS::AccountId>');
  });
});
