import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

export interface FlagUserPoolProps {
  readonly retainData: boolean;
}

/** Targeting reads these, so no client may write them; only an administrator can. */
const targetingAttributes = ['subscription', 'userType'] as const;

/** A revoked token goes on working until it expires, so it lives for minutes. */
const tokenLifetime = Duration.minutes(15);

/** Everybody who signs in; the groups say who may read and who may change flags. */
export class FlagUserPool extends UserPool {
  readonly issuer: string;
  /** Where Cognito answers in the region of the stack. */
  readonly regionalEndpoint: string;
  readonly clientId: string;

  /** Of the pool and of all that belongs to it: without its groups and clients it would be of no use. */
  readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, { retainData }: FlagUserPoolProps) {
    const removalPolicy = retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    super(scope, id, {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      featurePlan: FeaturePlan.ESSENTIALS,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      customAttributes: Object.fromEntries(
        targetingAttributes.map((name) => [name, new StringAttribute({ maxLen: 256, mutable: true })]),
      ),
      deletionProtection: retainData,
      removalPolicy,
    });
    this.removalPolicy = removalPolicy;
    const { region, urlSuffix } = Stack.of(this);
    this.regionalEndpoint = `https://cognito-idp.${region}.${urlSuffix}`;
    this.issuer = `${this.regionalEndpoint}/${this.userPoolId}`;
    const client = this.addAppClient();
    client.applyRemovalPolicy(removalPolicy);
    this.clientId = client.userPoolClientId;
    this.addFlagGroup('admin', 'Reads and changes flags');
    this.addFlagGroup('viewer', 'Reads flags');
    this.acknowledgeFindings();
  }

  /** For browsers, phones and the command line, none of which can keep a secret. */
  private addAppClient(): UserPoolClient {
    const harmless = { givenName: true, familyName: true, locale: true };
    return this.addClient('Client', {
      generateSecret: false,
      authFlows: { userSrp: true, userPassword: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: tokenLifetime,
      idTokenValidity: tokenLifetime,
      refreshTokenValidity: Duration.days(1),
      writeAttributes: new ClientAttributes().withStandardAttributes(harmless),
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ ...harmless, email: true, emailVerified: true })
        .withCustomAttributes(...targetingAttributes),
    });
  }

  private acknowledgeFindings(): void {
    acknowledge(
      this,
      'AwsSolutions-COG2',
      'The pool holds end users too: a second factor is offered to all, and left to each to turn on',
    );
    acknowledge(
      this,
      'AwsSolutions-COG8',
      'The Plus plan is charged per active user; without self sign-up the Essentials plan is enough',
    );
  }

  private addFlagGroup(groupName: string, description: string): void {
    const group = { userPoolId: this.userPoolId, groupName, description };
    new CfnUserPoolGroup(this, `Group-${groupName}`, group).applyRemovalPolicy(this.removalPolicy);
  }
}
