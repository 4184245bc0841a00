import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IdentityClaims, TokenConfig } from '../../shared/config';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const CLIENT = 'client-1';
/** As a deployment has them by default. */
export const IDENTITY_CLAIMS: IdentityClaims = {
  groups: 'cognito:groups',
  userType: 'custom:userType',
  subscription: 'custom:subscription',
};
export const MACHINE_CLIENT = 'machine-1';

const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
let keys: { pair: KeyPair; stranger: KeyPair } | undefined;
type KeyPair = ReturnType<typeof newPair>;

/** Made once, where they are needed: that takes longer than a test. */
const keyPairs = () => (keys ??= { pair: newPair(), stranger: newPair() });

/** A user pool reduced to what a verifier sees of it: an issuer, and keys behind an address. */
export const startIssuer = async () => {
  const { pair, stranger } = keyPairs();
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', alg: 'RS256' };
  let requests = 0;
  let isDown = false;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Test';
  const config: TokenConfig = {
    issuer,
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    clientIds: [CLIENT],
    machineClientIds: [MACHINE_CLIENT],
  };
  const now = () => Math.floor(Date.now() / 1000);
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: issuer,
    sub: '1c9e2f60-0000-4000-8000-000000000001',
    aud: CLIENT,
    token_use: 'id',
    iat: now(),
    exp: now() + 300,
    ...more,
  });
  const sign = (
    payload: unknown,
    { header = {}, key = pair.privateKey }: { header?: Record<string, unknown>; key?: KeyObject } = {},
  ): string => {
    const text = `${encode({ alg: 'RS256', kid: 'key-1', typ: 'JWT', ...header })}.${encode(payload)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
  };
  /** Signed with the public key as if it were a shared secret: the classic confusion of algorithms. */
  const signSymmetric = (payload: unknown): string => {
    const text = `${encode({ alg: 'HS256', kid: 'key-1', typ: 'JWT' })}.${encode(payload)}`;
    const secret = pair.publicKey.export({ format: 'pem', type: 'spki' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  return {
    config,
    claims,
    sign,
    signSymmetric,
    encode,
    strangersKey: stranger.privateKey,
    strangersJwk: stranger.publicKey.export({ format: 'jwk' }),
    requests: () => requests,
    goDown: (down: boolean) => {
      isDown = down;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        // else it waits for those that clients keep open
        server.closeAllConnections();
      }),
  };
};

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
