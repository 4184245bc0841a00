import {
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { deadlineSignal } from '../deadline';
import { StoreUnavailable } from '../errors';
import type { PoolUser, UserDirectory } from '../ports';

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

  async exists(userId: string): Promise<boolean> {
    return (await this.userOf(userId)) !== undefined;
  }

  async find(userId: string): Promise<PoolUser | undefined> {
    const user = await this.userOf(userId);
    if (user?.Username === undefined) {
      return undefined;
    }
    const groups = await this.groupsOf(user.Username);
    const known = (user.Attributes ?? []).flatMap(({ Name, Value }): [string, string][] =>
      Name === undefined || Value === undefined ? [] : [[Name, Value]],
    );
    return groups && { attributes: Object.fromEntries(known), groups };
  }

  /** The user id goes into a filter expression: that it has the form of one keeps it from being another filter. */
  private async userOf(userId: string): Promise<UserType | undefined> {
    const filter = `sub = "${userId}"`;
    const command = new ListUsersCommand({ UserPoolId: this.userPoolId, Filter: filter, Limit: 1 });
    const { Users = [] } = await this.ask((options) => this.client.send(command, options));
    return Users[0];
  }

  /** Undefined where the user has been deleted meanwhile. */
  private async groupsOf(username: string): Promise<string[] | undefined> {
    const groups: string[] = [];
    let token: string | undefined;
    do {
      const command = new AdminListGroupsForUserCommand({
        UserPoolId: this.userPoolId,
        Username: username,
        NextToken: token,
      });
      const page = await this.ask((options) =>
        this.client.send(command, options).catch((error: unknown) => {
          if (error instanceof Error && error.name === 'UserNotFoundException') {
            return undefined;
          }
          throw error;
        }),
      );
      if (page === undefined) {
        return undefined;
      }
      groups.push(...(page.Groups ?? []).flatMap(({ GroupName }) => GroupName ?? []));
      token = page.NextToken;
    } while (token !== undefined);
    return groups;
  }

  private async ask<Answer>(
    send: (options: { abortSignal?: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    const abortSignal = deadlineSignal();
    try {
      return await send(abortSignal === undefined ? {} : { abortSignal });
    } catch (error) {
      throw new StoreUnavailable('no', error);
    }
  }
}
