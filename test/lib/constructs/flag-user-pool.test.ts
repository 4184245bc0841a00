import { propertiesOf, synthesize } from '../synthesize';

interface ClientProperties {
  readonly WriteAttributes: readonly string[];
  readonly ReadAttributes: readonly string[];
}

const template = synthesize();
const client = propertiesOf<ClientProperties>(template, 'AWS::Cognito::UserPoolClient')['UserPoolClient'];

describe('the user pool', () => {
  test('is signed in to by e-mail, and nobody signs up alone', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      UsernameAttributes: ['email'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
  });

  test('has the groups that may read and write flags', () => {
    const groups = propertiesOf<{ GroupName: string }>(template, 'AWS::Cognito::UserPoolGroup');
    expect(Object.values(groups).map(({ GroupName }) => GroupName)).toEqual(['admin', 'viewer']);
  });
});

describe('the app client', () => {
  test('gets tokens that live 15 minutes, so that a revoked user is out soon', () => {
    expect(client).toMatchObject({
      AccessTokenValidity: 15,
      IdTokenValidity: 15,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes' },
      EnableTokenRevocation: true,
    });
  });

  test('has no secret, and does not tell whether a user exists', () => {
    expect(client).toMatchObject({ GenerateSecret: false, PreventUserExistenceErrors: 'ENABLED' });
  });

  test('signs in by SRP or password', () => {
    expect(client).toMatchObject({
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
  });

  test('writes nothing that targeting reads', () => {
    expect(client?.WriteAttributes).toEqual(['family_name', 'given_name', 'locale']);
    expect(client?.ReadAttributes).toEqual(
      expect.arrayContaining(['custom:subscription', 'custom:userType', 'email']),
    );
  });
});
