import * as fc from 'fast-check';
import { identify, type IdentityParts } from '../../../shared/http/principal';
import { createTokenVerifier, type TokenVerifier } from '../../../shared/http/token-verifier';
import {
  CLIENT,
  IDENTITY_CLAIMS,
  MACHINE_CLIENT,
  type Issuer,
  startIssuer,
} from '../../support/signed-tokens';

let issuer: Issuer;
let verifier: TokenVerifier;
let parts: IdentityParts;

beforeEach(async () => {
  issuer = await startIssuer();
  verifier = createTokenVerifier(issuer.config);
  parts = { verifier, identityClaims: IDENTITY_CLAIMS };
});
afterEach(() => issuer.stop());

const now = () => Math.floor(Date.now() / 1000);

describe('a token of the pool', () => {
  it('counts as ID token and as access token', async () => {
    expect(await verifier.verify(issuer.sign(issuer.claims()))).toMatchObject({
      claims: { token_use: 'id' },
      isMachine: false,
    });
    const access = issuer.claims({ token_use: 'access', aud: undefined, client_id: CLIENT });
    expect(await verifier.verify(issuer.sign(access))).toMatchObject({ claims: { token_use: 'access' } });
  });

  it('is verified with keys fetched once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(issuer.sign(issuer.claims()))));
    expect(issuer.requests()).toBe(1);
  });

  it('keeps counting while the pool does not give its keys', async () => {
    await verifier.verify(issuer.sign(issuer.claims()));
    issuer.goDown(true);
    await expect(verifier.verify(issuer.sign(issuer.claims()))).resolves.toBeDefined();
  });

  it('cannot be judged where the keys were never to be had', async () => {
    issuer.goDown(true);
    await expect(verifier.verify(issuer.sign(issuer.claims()))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe('any other token is refused', () => {
  const cases: { title: string; token: (from: Issuer) => string }[] = [
    { title: 'no token at all', token: () => '' },
    { title: 'not a JWT', token: () => 'abc.def' },
    {
      title: 'unsigned',
      token: (i) => `${i.encode({ alg: 'none', kid: 'key-1' })}.${i.encode(i.claims())}.`,
    },
    {
      title: 'unsigned, oddly spelled',
      token: (i) => `${i.encode({ alg: 'nOnE', kid: 'key-1' })}.${i.encode(i.claims())}.`,
    },
    { title: 'HS256 under the public key', token: (i) => i.signSymmetric(i.claims()) },
    { title: 'RS512 in the header', token: (i) => i.sign(i.claims(), { header: { alg: 'RS512' } }) },
    {
      title: 'signed by a stranger under our kid',
      token: (i) => i.sign(i.claims(), { key: i.strangersKey }),
    },
    {
      title: 'a key of its own in the header',
      token: (i) =>
        i.sign(i.claims(), { key: i.strangersKey, header: { kid: undefined, jwk: i.strangersJwk } }),
    },
    { title: 'an unknown kid', token: (i) => i.sign(i.claims(), { header: { kid: 'other' } }) },
    { title: 'a kid like a path', token: (i) => i.sign(i.claims(), { header: { kid: '../../jwks' } }) },
    { title: 'no kid', token: (i) => i.sign(i.claims(), { header: { kid: undefined } }) },
    { title: 'a critical extension', token: (i) => i.sign(i.claims(), { header: { crit: ['exp'] } }) },
    { title: 'another pool', token: (i) => i.sign(i.claims({ iss: `${i.config.issuer}x` })) },
    { title: 'another app client', token: (i) => i.sign(i.claims({ aud: 'client-2' })) },
    { title: 'a list of app clients', token: (i) => i.sign(i.claims({ aud: [CLIENT, 'client-2'] })) },
    {
      title: 'an access token of another client',
      token: (i) => i.sign(i.claims({ token_use: 'access', aud: CLIENT, client_id: 'x' })),
    },
    {
      title: 'an access token without client',
      token: (i) => i.sign(i.claims({ token_use: 'access', aud: CLIENT })),
    },
    { title: 'no token_use', token: (i) => i.sign(i.claims({ token_use: undefined })) },
    { title: 'a refresh token', token: (i) => i.sign(i.claims({ token_use: 'refresh' })) },
    { title: 'no subject', token: (i) => i.sign(i.claims({ sub: '' })) },
    { title: 'expired a second ago', token: (i) => i.sign(i.claims({ exp: now() - 1 })) },
    { title: 'an expiry that is a text', token: (i) => i.sign(i.claims({ exp: String(now() + 300) })) },
    { title: 'an expiry that is a fraction', token: (i) => i.sign(i.claims({ exp: now() + 300.5 })) },
    { title: 'an expiry beyond all time', token: (i) => i.sign(i.claims({ exp: 1e300 })) },
    { title: 'no expiry', token: (i) => i.sign(i.claims({ exp: undefined })) },
    { title: 'not valid yet', token: (i) => i.sign(i.claims({ nbf: now() + 60 })) },
    { title: 'from the future', token: (i) => i.sign(i.claims({ iat: now() + 3_600 })) },
  ];

  it.each(cases)('$title', async ({ token }) => {
    await expect(verifier.verify(token(issuer))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('without a storm of requests for keys', async () => {
    const token = issuer.sign(issuer.claims(), { header: { kid: 'unknown' } });
    await Promise.allSettled(Array.from({ length: 50 }, () => verifier.verify(token)));
    expect(issuer.requests()).toBeLessThanOrEqual(2);
  });
});

describe('who is calling', () => {
  const bearer = (groups: unknown) => `Bearer ${issuer.sign(issuer.claims({ 'cognito:groups': groups }))}`;

  it.each(['viewer', 'admin'] as const)('needs the exact group for %s routes', async (caller) => {
    for (const groups of [
      ['non-admin'],
      ['administrators'],
      ['admin viewer'],
      ['[admin]'],
      ['Admin'],
      [],
      undefined,
    ]) {
      await expect(identify(bearer(groups), caller, parts)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    for (const groups of ['admin', '[admin]', { admin: true }]) {
      await expect(identify(bearer(groups), caller, parts)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    await expect(identify(bearer(['beta', 'admin']), caller, parts)).resolves.toMatchObject({
      identity: { groups: ['beta', 'admin'] },
    });
  });

  it('is no user where the token is that of a machine', async () => {
    const claims = { sub: MACHINE_CLIENT, client_id: MACHINE_CLIENT, aud: undefined, token_use: 'access' };
    const machine = `Bearer ${issuer.sign(issuer.claims({ ...claims, scope: 'guidon/evaluate' }))}`;
    for (const caller of ['anyone', 'user', 'viewer', 'admin'] as const) {
      await expect(identify(machine, caller, parts)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    const asId = `Bearer ${issuer.sign(issuer.claims({ aud: MACHINE_CLIENT, 'cognito:groups': ['admin'] }))}`;
    await expect(identify(asId, 'admin', parts)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('may be a machine where flags are evaluated, by the scope of its token', async () => {
    const claims = { sub: MACHINE_CLIENT, client_id: MACHINE_CLIENT, aud: undefined, token_use: 'access' };
    const withScope = (scope: unknown) => `Bearer ${issuer.sign(issuer.claims({ ...claims, scope }))}`;
    for (const scope of ['guidon/evaluate', 'guidon/metrics guidon/evaluate']) {
      await expect(identify(withScope(scope), 'evaluator', parts)).resolves.toMatchObject({
        isMachine: true,
        userId: undefined,
      });
    }
    for (const scope of ['guidon/metrics', 'guidon/evaluated', 'evaluate', '', undefined]) {
      await expect(identify(withScope(scope), 'evaluator', parts)).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    const ofUser = `Bearer ${issuer.sign(issuer.claims({ scope: 'guidon/evaluate' }))}`;
    await expect(identify(ofUser, 'evaluator', parts)).resolves.toMatchObject({ isMachine: false });
    await expect(identify(undefined, 'evaluator', parts)).resolves.toMatchObject({ isMachine: false });
  });

  it('may be a machine where metrics are read, by another scope, and has to be somebody there', async () => {
    const claims = { sub: MACHINE_CLIENT, client_id: MACHINE_CLIENT, aud: undefined, token_use: 'access' };
    const withScope = (scope: string) => `Bearer ${issuer.sign(issuer.claims({ ...claims, scope }))}`;
    await expect(identify(withScope('guidon/metrics'), 'scraper', parts)).resolves.toMatchObject({
      isMachine: true,
    });
    const refusal = { code: 'FORBIDDEN' };
    await expect(identify(withScope('guidon/evaluate'), 'scraper', parts)).rejects.toMatchObject(refusal);
    await expect(identify(withScope('guidon/metrics'), 'viewer', parts)).rejects.toMatchObject(refusal);
    await expect(identify(bearer(['viewer']), 'scraper', parts)).resolves.toBeDefined();
    await expect(identify(bearer([]), 'scraper', parts)).rejects.toMatchObject(refusal);
    await expect(identify(undefined, 'scraper', parts)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('lets a viewer read and not write', async () => {
    await expect(identify(bearer(['viewer']), 'viewer', parts)).resolves.toBeDefined();
    await expect(identify(bearer(['viewer']), 'admin', parts)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('is anonymous only where that is allowed and nothing was sent', async () => {
    await expect(identify(undefined, 'anyone', parts)).resolves.toMatchObject({ userId: undefined });
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'token']) {
      await expect(identify(authorization, 'anyone', parts)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    await expect(identify(undefined, 'user', parts)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is an admin exactly if the list of groups holds that word', async () => {
    const pool = createTokenVerifier(issuer.config);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('admin', 'admins', ' admin'))),
        async (groups) => {
          const outcome = await identify(bearer(groups), 'admin', {
            verifier: pool,
            identityClaims: IDENTITY_CLAIMS,
          }).then(
            () => true,
            () => false,
          );
          expect(outcome).toBe(groups.includes('admin'));
        },
      ),
      { numRuns: 60 },
    );
  });
});
