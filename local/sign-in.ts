import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DEMO_PASSWORD, demoUsers } from './demo-users';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './engine';

export const demoEmails = demoUsers.map(({ email }) => email).join(', ');

/** A token of a demo user, by Cognito's `InitiateAuth`. */
export const signIn = async (
  pool: { userPoolEndpoint: string; clientId: string },
  email: string,
  use: 'IdToken' | 'AccessToken' = 'IdToken',
): Promise<string> => {
  const client = new CognitoIdentityProviderClient({
    endpoint: pool.userPoolEndpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const command = new InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: pool.clientId,
    AuthParameters: { USERNAME: email, PASSWORD: DEMO_PASSWORD },
  });
  const { AuthenticationResult } = await client.send(command).catch((error: unknown) => {
    throw new Error(`${email} cannot sign in here. Users: ${demoEmails}`, { cause: error });
  });
  return AuthenticationResult?.[use] ?? '';
};
