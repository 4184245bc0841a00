import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { deadlineSignal } from '../deadline';
import { StoreUnavailable } from '../errors';
import type { UserDirectory } from '../ports';

const REQUEST_TIMEOUT_MS = 1_500;

/** The users of the Cognito user pool. */
export class CognitoUserDirectory implements UserDirectory {
  private readonly client = new CognitoIdentityProviderClient({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 500,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });

  constructor(private readonly userPoolId: string) {}

  /** `userId` must have been checked for form: it goes into a filter expression. */
  async exists(userId: string): Promise<boolean> {
    const filter = `sub = "${userId}"`;
    const command = new ListUsersCommand({ UserPoolId: this.userPoolId, Filter: filter, Limit: 1 });
    const abortSignal = deadlineSignal();
    try {
      const { Users = [] } = await this.client.send(
        command,
        abortSignal === undefined ? {} : { abortSignal },
      );
      return Users.length > 0;
    } catch (error) {
      throw new StoreUnavailable('no', error);
    }
  }
}
