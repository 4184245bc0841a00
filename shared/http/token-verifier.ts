import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError } from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import type { TokenConfig } from '../config';
import { FlagError } from '../errors';

/** How long the user pool may take to give its keys; they are asked for once per container and key. */
const JWKS_TIMEOUT_MS = 2_000;
/** How far the clock of the user pool may run ahead of this machine's. */
const CLOCK_SKEW_SECONDS = 5;

const common = {
  sub: z.string().min(1),
  exp: z.number().int(),
  iat: z.number().int(),
  'cognito:groups': z.array(z.string()).default([]),
};

/** What a token of the pool says, ID token or access token. Refresh tokens and foreign shapes do not parse. */
const ClaimsSchema = z.discriminatedUnion('token_use', [
  z.looseObject({ ...common, token_use: z.literal('id'), aud: z.string() }),
  z.looseObject({ ...common, token_use: z.literal('access'), client_id: z.string() }),
]);
type Claims = z.infer<typeof ClaimsSchema>;

interface VerifiedToken {
  readonly claims: Claims;
  /** From an app client for client credentials: there is no user behind it. */
  readonly isMachine: boolean;
}

export interface TokenVerifier {
  /**
   * What is in a token that is signed by the pool with RS256, meant for one of its app clients and in its time.
   * Throws `UNAUTHENTICATED` for any other, `UNAVAILABLE` where the pool's keys cannot be had.
   */
  verify(token: string): Promise<VerifiedToken>;
}

/** aws-jwt-verify's own fetcher speaks https only; the laptop's user pool answers over http. */
const fetchJwks = async (uri: string): Promise<ArrayBuffer> => {
  try {
    const response = await fetch(uri, { signal: AbortSignal.timeout(JWKS_TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) {
      throw new FetchError(uri, `status ${String(response.status)}`);
    }
    return await response.arrayBuffer();
  } catch (error) {
    throw error instanceof FetchError ? error : new FetchError(uri, error);
  }
};

const checkHeader = (header: { alg: string; crit?: unknown }): void => {
  if (header.alg !== 'RS256' || header.crit !== undefined) {
    throw new Error('only plain RS256 tokens count');
  }
};

const checkClaims = (claims: Claims, { clientIds, machineClientIds }: TokenConfig): VerifiedToken => {
  const client = claims.token_use === 'id' ? claims.aud : claims.client_id;
  const fromTheFuture = claims.iat > Date.now() / 1000 + CLOCK_SKEW_SECONDS;
  const isMachine = claims.token_use === 'access' && machineClientIds.includes(client);
  if (!(isMachine || clientIds.includes(client)) || fromTheFuture) {
    throw new Error('the token is for another client or another time');
  }
  return { claims, isMachine };
};

export const createTokenVerifier = (config: TokenConfig): TokenVerifier => {
  const verifier = JwtVerifier.create(
    {
      issuer: config.issuer,
      jwksUri: config.jwksUri,
      // an access token has `client_id` instead: both are checked in checkClaims
      audience: null,
      customJwtCheck: ({ header }) => {
        checkHeader(header as { alg: string; crit?: unknown });
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchJwks } }) },
  );
  return {
    async verify(token) {
      try {
        const payload = await verifier.verify(token);
        return checkClaims(ClaimsSchema.parse(payload), config);
      } catch (error) {
        if (error instanceof FetchError) {
          throw new FlagError('UNAVAILABLE', 'Sign-in cannot be checked at the moment.', {
            retryAfterSeconds: 2,
            cause: error,
          });
        }
        throw new FlagError(
          'UNAUTHENTICATED',
          'The token is missing, expired, malformed or not of this user pool.',
          {
            cause: error,
          },
        );
      }
    },
  };
};
