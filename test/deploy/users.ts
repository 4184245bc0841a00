import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  ListGroupsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DEMO_PASSWORD, demoUsers, type DemoUser } from '../../local/demo-users';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/engine';
import { signIn } from '../../local/sign-in';
import { grantScope } from './grant-scope';

interface Pool {
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly clientId: string;
}

const createMissingGroups = async (client: CognitoIdentityProviderClient, UserPoolId: string) => {
  const { Groups = [] } = await client.send(new ListGroupsCommand({ UserPoolId }));
  const there = Groups.map(({ GroupName }) => GroupName);
  for (const GroupName of new Set(demoUsers.flatMap(({ groups }) => groups))) {
    if (!there.includes(GroupName)) {
      await client.send(new CreateGroupCommand({ UserPoolId, GroupName }));
    }
  }
};

const createUser = async (client: CognitoIdentityProviderClient, UserPoolId: string, user: DemoUser) => {
  const UserAttributes = Object.entries({
    email: user.email,
    email_verified: 'true',
    ...user.attributes,
  }).map(([Name, Value]) => ({ Name, Value }));
  const Username = user.email;
  await client.send(
    new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' }),
  );
  await client.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: DEMO_PASSWORD, Permanent: true }),
  );
  for (const GroupName of user.groups) {
    await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
  }
};

const clientOf = (endpoint: string): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });

/** Creates the demo users in a pool of the stack, and gives a token of each by the name before the `@`. */
export const signInDemoUsers = async ({ endpoint, userPoolId, clientId }: Pool) => {
  const client = clientOf(endpoint);
  await createMissingGroups(client, userPoolId);
  const tokens: Record<string, string> = {};
  for (const user of demoUsers) {
    await createUser(client, userPoolId, user);
    tokens[user.email.replace(/@.*/, '')] = await signIn(
      { userPoolEndpoint: endpoint, clientId },
      user.email,
    );
  }
  return tokens;
};

/** A token with all scopes of a client, by client credentials at the pool's token endpoint. */
export const signInMachine = async (
  { endpoint, userPoolId, clientId }: Pool,
  signingKeyFile: string,
): Promise<string> => {
  const { UserPoolClient } = await clientOf(endpoint).send(
    new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId }),
  );
  const basic = Buffer.from(`${clientId}:${UserPoolClient?.ClientSecret}`).toString('base64');
  const scope = UserPoolClient?.AllowedOAuthScopes?.join(' ') ?? '';
  const response = await fetch(`${endpoint}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) {
    throw new Error(`The pool gives a machine no token: ${response.status} ${JSON.stringify(answer)}`);
  }
  return grantScope(answer.access_token, scope, signingKeyFile);
};
