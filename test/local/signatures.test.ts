import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { demoOperators, isAllowed } from '../../local/operators';
import { signerOf, type SignedParts } from '../../local/signatures';

const [admin] = demoOperators;
if (admin === undefined) {
  throw new Error('there is no operator to sign as');
}
const now = new Date('2026-02-03T04:05:06Z');

interface Signing {
  readonly region?: string;
  readonly service?: string;
  readonly secretAccessKey?: string;
  readonly accessKeyId?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly body?: string;
}

const sign = async (signing: Signing = {}): Promise<SignedParts> => {
  const {
    region = 'us-east-1',
    service = 'execute-api',
    path = '/signed/api/admin/flags',
    query = {},
    body,
  } = signing;
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: signing.accessKeyId ?? admin.accessKeyId,
      secretAccessKey: signing.secretAccessKey ?? admin.secretAccessKey,
    },
    region,
    service,
    sha256: Sha256,
  });
  const request = await signer.sign(
    {
      method: body === undefined ? 'GET' : 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path,
      query,
      headers: { host: '127.0.0.1:3000', 'x-environment': 'staging' },
      ...(body !== undefined && { body }),
    },
    { signingDate: now },
  );
  const url = new URL(`http://127.0.0.1:3000${path}`);
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) {
      url.searchParams.append(name, value);
    }
  }
  url.search = url.search.replaceAll('+', '%20');
  return { method: request.method, url, headers: request.headers, body: Buffer.from(body ?? '') };
};

const arnOf = async (parts: SignedParts, at = now) =>
  (await signerOf(parts, demoOperators, at.getTime()))?.arn;

describe('a signed request', () => {
  it.each<[string, Signing]>([
    ['without a body', {}],
    ['with a body', { body: '{"key":"a"}' }],
    ['with a query in any order', { query: { limit: '5', cursor: 'a b/c=+d', aaa: ['2', '1'] } }],
    ['with an encoded path', { path: '/signed/api/admin/flags/a/users/x%40example.com' }],
    ['with names that objects have', { query: { constructor: '1' } }],
    ['with text beyond ASCII', { query: { q: 'größe 🙂' }, body: '{"name":"größe"}' }],
  ])('%s is that of the operator whose key it was', async (_, signing) => {
    expect(await arnOf(await sign(signing))).toBe('arn:aws:iam::000000000000:user/admin-operator');
  });

  it.each<[string, Signing]>([
    ['another secret', { secretAccessKey: 'wrong' }],
    ['a key that nobody has', { accessKeyId: 'AKIAEXAMPLE' }],
    ['another region', { region: 'eu-west-1' }],
    ['another service', { service: 's3' }],
  ])('with %s is nobody’s', async (_, signing) => {
    expect(await arnOf(await sign(signing))).toBeUndefined();
  });

  it.each<[string, (parts: SignedParts) => SignedParts]>([
    ['method', (parts) => ({ ...parts, method: 'DELETE' })],
    ['path', (parts) => ({ ...parts, url: new URL('/signed/api/admin/audit', parts.url) })],
    ['query', (parts) => ({ ...parts, url: new URL(`${parts.url.href}?environment=production`) })],
    ['query’s encoding', (parts) => ({ ...parts, url: new URL(`${parts.url.href}?q=%zz`) })],
    ['query’s names', (parts) => ({ ...parts, url: new URL(`${parts.url.href}?constructor=1&__proto__=2`) })],
    ['body', (parts) => ({ ...parts, body: Buffer.from('{"key":"b"}') })],
    ['host', (parts) => ({ ...parts, headers: { ...parts.headers, host: 'evil.example.com' } })],
    [
      'signed header',
      (parts) => ({ ...parts, headers: { ...parts.headers, 'x-environment': 'production' } }),
    ],
    ['date', (parts) => ({ ...parts, headers: { ...parts.headers, 'x-amz-date': '20260203T040507Z' } })],
    [
      'digest',
      (parts) => ({
        ...parts,
        body: Buffer.from('{"key":"b"}'),
        headers: { ...parts.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      }),
    ],
    [
      'list of signed headers',
      (parts) => ({
        ...parts,
        headers: {
          ...parts.headers,
          authorization: parts.headers.authorization?.replace(/SignedHeaders=[^,]+/, 'SignedHeaders=host'),
        },
      }),
    ],
  ])('whose %s was changed on the way is nobody’s', async (_, tamper) => {
    expect(await arnOf(tamper(await sign({ body: '{"key":"a"}' })))).toBeUndefined();
  });

  it('counts for five minutes', async () => {
    const parts = await sign();
    const after = (ms: number) => new Date(now.getTime() + ms);
    expect(await arnOf(parts, after(299_000))).toBeDefined();
    expect(await arnOf(parts, after(301_000))).toBeUndefined();
    expect(await arnOf(parts, after(-301_000))).toBeUndefined();
  });

  it.each([undefined, '', 'Bearer abc', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credential=a, Signature=b'])(
    'is not what %p says',
    async (authorization) => {
      const parts = await sign();
      expect(await arnOf({ ...parts, headers: { ...parts.headers, authorization } })).toBeUndefined();
    },
  );
});

describe('what policies allow', () => {
  const allow = {
    Effect: 'Allow' as const,
    Action: ['execute-api:Invoke'],
    Resource: ['arn:x:api/*/GET/signed/*'],
  };
  const deny = { ...allow, Effect: 'Deny' as const, Resource: ['arn:x:api/*/*/secret'] };

  it.each([
    ['what is listed', [allow], 'arn:x:api/$default/GET/signed/a', true],
    ['not another method', [allow], 'arn:x:api/$default/POST/signed/a', false],
    ['not another API', [allow], 'arn:x:apis/$default/GET/signed/a', false],
    ['nothing without a statement', [], 'arn:x:api/$default/GET/signed/a', false],
    ['not what is denied', [allow, deny], 'arn:x:api/$default/GET/signed/../secret', false],
    ['what is not denied', [allow, deny], 'arn:x:api/$default/GET/signed/public', true],
  ])('is %s', (_, statements, resource, expected) => {
    expect(isAllowed(statements, 'execute-api:Invoke', resource)).toBe(expected);
  });

  it('is no other action', () => {
    expect(isAllowed([allow], 'execute-api:ManageConnections', 'arn:x:api/$default/GET/signed/a')).toBe(
      false,
    );
  });
});
