import type * as z from 'zod';
import type { IdentityClaims } from '../config';
import type { IdentityOrigin } from '../contract/explain';
import type { GivenContextSchema } from '../contract/given-context';
import { contextOf } from '../evaluation/context';
import type { EvaluationContext } from '../evaluation/model';
import type { PoolUser, UserDirectory } from '../ports';
import { circumstancesIn, identityIn, readGivenContext } from './given-context';
import { type Identity, identityOf } from './identity';

interface Sources {
  readonly pool: Pick<UserDirectory, 'find'>;
  readonly identityClaims: IdentityClaims;
}

/** Who the user's next ID token would say they are, as far as the pool and not one of its triggers makes it. */
const inToken = ({ attributes, groups }: PoolUser, names: IdentityClaims): Identity =>
  identityOf({ ...attributes, 'cognito:groups': groups, token_use: 'id' }, names);

const isEmpty = ({ email, groups, userType, subscription, custom }: Identity): boolean =>
  [email, userType, subscription].every((attribute) => attribute === undefined) &&
  groups.length + Object.keys(custom).length === 0;

/**
 * The context of somebody else than who is asking, and where their identity is from: the user pool where it knows them,
 * else what is `said`. Throws `StoreUnavailable` where the pool does not answer. Without a user id it is nobody in
 * particular, who has no identity.
 */
export const userInQuestion = async (
  { pool, identityClaims }: Sources,
  environment: string,
  userId: string | undefined,
  said: z.infer<typeof GivenContextSchema>,
): Promise<{ context: EvaluationContext; identity: IdentityOrigin }> => {
  const given = readGivenContext(said);
  const circumstances = circumstancesIn(given);
  if (userId === undefined) {
    return { context: contextOf(environment, circumstances), identity: 'unknown' };
  }
  const user = await pool.find(userId);
  const identity = user === undefined ? identityIn(given) : inToken(user, identityClaims);
  const origin = user !== undefined ? 'pool' : isEmpty(identity) ? 'unknown' : 'context';
  return {
    context: contextOf(environment, { ...identity, ...circumstances, userId }),
    identity: origin,
  };
};
