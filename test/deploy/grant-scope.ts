import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';

/**
 * The token as Cognito would give it: the emulator puts the scope of people into the tokens of machines too. It is
 * signed again, with the key of the emulator's pools.
 */
export const grantScope = (token: string, scope: string, signingKeyFile: string): Promise<string> => {
  const claims = decodeJwt(token);
  if (claims['scope'] === scope) {
    throw new Error('The emulator grants scopes by now: grant-scope.ts has outlived what it was for.');
  }
  const { kid } = decodeProtectedHeader(token);
  return new SignJWT({ ...claims, scope })
    .setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) })
    .sign(createPrivateKey(readFileSync(signingKeyFile)));
};
