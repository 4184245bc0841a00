import type { IdentityClaims } from '../config';
import type { JsonValue } from '../contract/primitives';
import type { Attributes } from '../evaluation/model';

/** What targeting knows of a user besides the id. */
export interface Identity {
  readonly email: string | undefined;
  readonly groups: readonly string[];
  readonly userType: string | undefined;
  readonly subscription: string | undefined;
  readonly custom: Attributes;
}

export const NO_IDENTITY: Identity = {
  email: undefined,
  groups: [],
  userType: undefined,
  subscription: undefined,
  custom: {},
};

/** Names that conditions know; nothing else goes by one of them. */
const RESERVED = new Set([
  'userId',
  'email',
  'groups',
  'userType',
  'subscription',
  'environment',
  'now',
  'country',
  'region',
  'client',
  'session',
  'segment',
]);

/** What a token says of itself (RFC 7519, OpenID Connect, Cognito) instead of its user. */
const TECHNICAL = [
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub', 'azp', 'nonce', 'acr', 'amr', 'sid', 'auth_time'],
  ...['at_hash', 'c_hash', 's_hash', 'token_use', 'event_id', 'origin_jti', 'client_id', 'scope', 'version'],
  ...['username', 'device_key', 'identities', 'email', 'email_verified'],
];

/** Standard claims (OpenID Connect Core, section 5.1) that a user pool may let its users write. */
const WRITTEN_BY_USERS = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile'],
  ...['picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'phone_number', 'address'],
  ...['phone_number_verified', 'updated_at'],
];

const NO_ATTRIBUTES = new Set([...TECHNICAL, ...WRITTEN_BY_USERS]);
const OF_COGNITO = 'cognito:';
const CUSTOM = 'custom:';

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A list, or a text as identity providers and gateways write lists: `a,b`, `a b` or `[a b]`. */
export const groupsOf = (value: unknown): string[] => {
  if (Array.isArray(value)) {
    return value.filter((each) => textOf(each) !== undefined) as string[];
  }
  const text = textOf(value) ?? '';
  const listed = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return listed.split(/[\s,]/).filter((each) => each !== '');
};

/** Without the names that are not theirs to give. */
export const customAttributes = (entries: Iterable<readonly [string, unknown]>): Attributes =>
  Object.fromEntries([...entries].filter(([name]) => !RESERVED.has(name))) as Record<string, JsonValue>;

const customClaims = (
  claims: Readonly<Record<string, unknown>>,
  { groups, userType, subscription }: IdentityClaims,
): Attributes => {
  const elsewhere = new Set([groups, userType, subscription]);
  const others = Object.entries(claims).filter(
    ([name]) => !NO_ATTRIBUTES.has(name) && !name.startsWith(OF_COGNITO) && !elsewhere.has(name),
  );
  const ofPool = others.filter(([name]) => name.startsWith(CUSTOM));
  const ofOperator = others.filter(([name]) => !name.startsWith(CUSTOM));
  return customAttributes([
    ...ofPool.map(([name, value]) => [name.slice(CUSTOM.length), value] as const),
    // a trigger of the pool added these, so they win over what stands in the pool under the same name
    ...ofOperator,
  ]);
};

/**
 * Who a verified token says its user is. An access token speaks of groups alone, and an e-mail address counts only
 * where the pool has verified it.
 */
export const identityOf = (claims: Readonly<Record<string, unknown>>, names: IdentityClaims): Identity => {
  const groups = groupsOf(claims[names.groups]);
  if (claims['token_use'] !== 'id') {
    return { ...NO_IDENTITY, groups };
  }
  const isVerified = claims['email_verified'] === true || claims['email_verified'] === 'true';
  return {
    email: isVerified ? textOf(claims['email']) : undefined,
    groups,
    userType: textOf(claims[names.userType]),
    subscription: textOf(claims[names.subscription]),
    custom: customClaims(claims, names),
  };
};
