import {
  AdminListGroupsForUserCommand,
  CognitoIdentityProviderClient,
  ListUsersCommand,
  type ListUsersCommandOutput,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { deadlineSignal } from '../deadline';
import type { Person } from '../contract/person';
import { UserSubSchema } from '../contract/primitives';
import { FlagError, invalidField, StoreUnavailable } from '../errors';
import type { PoolUser, UserDirectory } from '../ports';

const REQUEST_TIMEOUT_MS = 1_500;

/** What Cognito lists at a time. */
const MAX_LISTED = 60;

/** A text in a filter expression: a quotation mark would end it, and what follows be another filter. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (special) => `\\${special}`)}"`;

const isSub = (text: string): boolean => UserSubSchema.safeParse(text).success;

const filterOf = (q: string): string =>
  isSub(q) ? `sub = ${quoted(q.toLowerCase())}` : `email ^= ${quoted(q)}`;

/** Cognito refuses a token that it has not given for this very filter, or that is too old. */
const asFaultOfCursor = (error: unknown): unknown =>
  error instanceof Error && error.name === 'InvalidParameterException'
    ? invalidField('#query/cursor', 'invalid_cursor', 'the cursor is not one of this listing, or is too old')
    : error;

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
    return groups && { attributes: attributesOf(user), groups };
  }

  /**
   * A position is Cognito's token of a page, behind the number of its users that were listed before: the laptop's pool
   * gives everybody at once.
   */
  async list(page: {
    q: string | undefined;
    after: string | undefined;
    limit: number;
  }): Promise<{ people: Person[]; next: string | undefined }> {
    const { after = '0:', limit } = page;
    // an empty search finds everybody, as in the other lists
    const q = page.q === '' ? undefined : page.q;
    const skipped = Number.parseInt(after, 10);
    const token = after.slice(after.indexOf(':') + 1) || undefined;
    const command = new ListUsersCommand({
      UserPoolId: this.userPoolId,
      Filter: q === undefined ? undefined : filterOf(q),
      Limit: Math.min(limit, MAX_LISTED),
      PaginationToken: token,
    });
    const listed = await this.ask((options) =>
      this.client.send(command, options).catch((error: unknown) => {
        throw token === undefined ? error : asFaultOfCursor(error);
      }),
    );
    const users = (listed.Users ?? []).slice(skipped, skipped + limit);
    const withGroups = q !== undefined && isSub(q);
    return {
      people: await Promise.all(users.map((user) => this.personOf(user, withGroups))),
      next: positionBehind(listed, skipped + users.length, token),
    };
  }

  private async personOf(user: UserType, withGroups: boolean): Promise<Person> {
    const attributes = attributesOf(user);
    const groups = withGroups ? await this.groupsOf(user.Username ?? '') : undefined;
    return {
      userId: attributes['sub'] ?? user.Username ?? '',
      email: attributes['email'] ?? null,
      ...(groups && { groups }),
      enabled: user.Enabled ?? true,
      status: user.UserStatus ?? 'UNKNOWN',
      ...(user.UserCreateDate && { createdAt: user.UserCreateDate.toISOString() }),
    };
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
      throw error instanceof FlagError ? error : new StoreUnavailable('no', error);
    }
  }
}

const attributesOf = ({ Attributes = [] }: UserType): Record<string, string> =>
  Object.fromEntries(
    Attributes.flatMap(({ Name, Value }): [string, string][] =>
      Name === undefined || Value === undefined ? [] : [[Name, Value]],
    ),
  );

const positionBehind = (
  { Users = [], PaginationToken }: ListUsersCommandOutput,
  seen: number,
  token: string | undefined,
): string | undefined => {
  if (Users.length > seen) {
    return `${String(seen)}:${token ?? ''}`;
  }
  return PaginationToken === undefined ? undefined : `0:${PaginationToken}`;
};
