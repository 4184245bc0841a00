import { Aws, Duration } from 'aws-cdk-lib';
import {
  type CfnUserPoolClient,
  OAuthScope,
  ResourceServerScope,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { FlagUserPool } from './flag-user-pool';

export interface MachineAccessProps {
  readonly userPool: FlagUserPool;
  /** Becomes part of the token endpoint's host name. */
  readonly stage: string;
}

/** What a machine's token can be for; each is asked for as `guidon/<name>`. */
const scopes = {
  evaluate: 'Evaluates flags for any user, with the context it gives',
  metrics: 'Reads the metrics',
};

/** Cognito charges each request for a token; one that leaked is worth something for that long. */
const tokenLifetime = Duration.hours(1);

/** Tokens for backends and scrapers, by OAuth's client credentials. */
export class MachineAccess extends Construct {
  readonly clientId: string;
  /** Where a client changes its id and secret for a token. */
  readonly tokenUrl: string;

  constructor(scope: Construct, id: string, { userPool, stage }: MachineAccessProps) {
    super(scope, id);
    const serverScopes = Object.entries(scopes).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    );
    const server = userPool.addResourceServer('MachineScopes', {
      identifier: 'guidon',
      scopes: serverScopes,
    });
    const client = userPool.addClient('MachineClient', {
      generateSecret: true,
      accessTokenValidity: tokenLifetime,
      enableTokenRevocation: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: serverScopes.map((each) => OAuthScope.resourceServer(server, each)),
      },
    });
    allowNoSignIn(client);
    for (const resource of [server, client]) {
      resource.applyRemovalPolicy(userPool.removalPolicy);
    }
    this.clientId = client.userPoolClientId;
    // unique among all pools of the region, as Cognito wants it
    const domainPrefix = `guidon-${stage}-${Aws.ACCOUNT_ID}`;
    const domain = userPool.addDomain('TokenDomain', { cognitoDomain: { domainPrefix } });
    this.tokenUrl = `${domain.baseUrl()}/oauth2/token`;
  }
}

/** Not set, Cognito would let people sign in through this client. */
const allowNoSignIn = (client: UserPoolClient): void => {
  (client.node.defaultChild as CfnUserPoolClient).explicitAuthFlows = ['ALLOW_REFRESH_TOKEN_AUTH'];
};
