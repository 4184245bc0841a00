import { createPrivateKey, createSign, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const readKey = (): JsonWebKey & { kid: string } => {
  const file = createRequire(__filename).resolve('cognito-local/lib/keys/cognitoLocal.private.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { jwk: JsonWebKey & { kid: string } }).jwk;
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const claimsOf = (token: string): Record<string, unknown> => {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
};

/** A token like this one with other claims (undefined takes one away), signed with the key of the local user pool. */
export const poolTokenLike = (token: string, claims: Readonly<Record<string, unknown>>): string => {
  const key = readKey();
  const text = `${encode({ alg: 'RS256', kid: key.kid })}.${encode({ ...claimsOf(token), ...claims })}`;
  const signature = createSign('RSA-SHA256')
    .update(text)
    .sign(createPrivateKey({ key, format: 'jwk' }));
  return `${text}.${signature.toString('base64url')}`;
};

/** The app client that an ID token is for. */
export const audienceOf = (token: string): unknown => claimsOf(token)['aud'];
