import type { IdentityClaims } from '../config';
import { FlagError } from '../errors';
import { type Identity, identityOf, NO_IDENTITY } from './identity';
import type { TokenVerifier } from './token-verifier';

/**
 * Who may call a route: `none` reads no identity; `anyone` may come without a token (a bad one is still refused);
 * `evaluator` is the same, or a machine whose token has the scope for evaluation; `user` is any signed-in user; `viewer` is a member of `viewer` or `admin`; `scraper` is the same, or a machine whose token
 * has the scope for metrics; `admin` is a member of `admin` only.
 */
export type Caller = 'none' | 'anyone' | 'evaluator' | 'user' | 'viewer' | 'scraper' | 'admin';

export interface Principal {
  /** The token's `sub`, or the ARN of who signed the request; undefined for an anonymous caller. */
  readonly userId: string | undefined;
  /** As the token tells it; nothing is known of an anonymous caller and of who signed the request. */
  readonly identity: Identity;
  /** It may speak for any user; it is none itself. */
  readonly isMachine: boolean;
}

const ANONYMOUS: Principal = { userId: undefined, identity: NO_IDENTITY, isMachine: false };
const MACHINE: Principal = { ...ANONYMOUS, isMachine: true };

/** What a machine's token has to be for; other routes are not open to machines. */
const SCOPES: Readonly<Partial<Record<Caller, string>>> = {
  evaluator: 'guidon/evaluate',
  scraper: 'guidon/metrics',
};

/** Groups of which a caller needs one. */
const GROUPS: Readonly<Partial<Record<Caller, readonly string[]>>> = {
  viewer: ['viewer', 'admin'],
  scraper: ['viewer', 'admin'],
  admin: ['admin'],
};

export interface IdentityParts {
  readonly verifier: TokenVerifier;
  readonly identityClaims: IdentityClaims;
}

const bearer = (authorization: string): string => {
  const [, token] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
  if (token === undefined) {
    throw new FlagError('UNAUTHENTICATED', 'The Authorization header is not "Bearer <token>".');
  }
  return token;
};

const identifyMachine = (caller: Caller, scope: unknown): Principal => {
  const needed = SCOPES[caller];
  if (needed === undefined) {
    throw new FlagError('FORBIDDEN', 'This is for people: the token of a machine does not open it.');
  }
  if (typeof scope !== 'string' || !scope.split(' ').includes(needed)) {
    throw new FlagError('FORBIDDEN', `This needs a token with the scope ${needed}.`);
  }
  return MACHINE;
};

/**
 * Who is calling, from the verified token alone: the gateway's authorizer has run before on most routes, but a
 * function does not depend on it. Throws `UNAUTHENTICATED` or `FORBIDDEN`.
 */
export const identify = async (
  authorization: string | undefined,
  caller: Caller,
  { verifier, identityClaims }: IdentityParts,
): Promise<Principal> => {
  if (caller === 'none') {
    return ANONYMOUS;
  }
  if (authorization === undefined) {
    if (caller === 'anyone' || caller === 'evaluator') {
      return ANONYMOUS;
    }
    throw new FlagError(
      'UNAUTHENTICATED',
      'This needs a signed-in user: send "Authorization: Bearer <token>".',
    );
  }
  const { claims, isMachine } = await verifier.verify(bearer(authorization));
  if (isMachine) {
    return identifyMachine(caller, claims['scope']);
  }
  const groups = claims['cognito:groups'];
  const needed = GROUPS[caller];
  if (needed !== undefined && !needed.some((group) => groups.includes(group))) {
    throw new FlagError('FORBIDDEN', `This needs a member of the group ${needed.join(' or ')}.`);
  }
  return { userId: claims.sub, identity: identityOf(claims, identityClaims), isMachine: false };
};
