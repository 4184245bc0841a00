import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SignJWT } from 'jose';
import { LOCAL_ISSUER } from './stand-ins';

/** As the template has it. */
const LIFETIME = '1h';

const readKey = (): JsonWebKey & { kid: string } => {
  const file = createRequire(__filename).resolve('cognito-local/lib/keys/cognitoLocal.private.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { jwk: JsonWebKey & { kid: string } }).jwk;
};

/**
 * What Cognito's token endpoint gives for client credentials. The local pool does not offer that grant, so the token
 * is signed here, with the key of the pool.
 */
export const machineToken = ({ id, scopes }: { id: string; scopes: readonly string[] }): Promise<string> => {
  const key = readKey();
  return new SignJWT({ token_use: 'access', client_id: id, scope: scopes.join(' '), version: 2 })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(LOCAL_ISSUER)
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime(LIFETIME)
    .sign(createPrivateKey({ key, format: 'jwk' }));
};
