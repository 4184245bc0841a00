/**
 * Calls an admin route with AWS credentials instead of a token: signs the request with SigV4 for API Gateway.
 *
 *   node --import tsx examples/signed-request.ts GET /api/admin/flags
 *   node --import tsx examples/signed-request.ts POST /api/admin/flags '{ "key": "gift-wrap" }'
 *
 * GUIDON_SIGNED_URL is the stack's output SignedApiUrl; credentials and region are found as by the AWS command line.
 * Their owner needs the managed policy AdminPolicyArn or ViewerPolicyArn. For `npm start` on a laptop:
 *
 *   export GUIDON_SIGNED_URL=http://127.0.0.1:3000/signed AWS_REGION=us-east-1
 *   export AWS_ACCESS_KEY_ID=LOCALADMIN AWS_SECRET_ACCESS_KEY=local-admin-operator
 */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

const signer = (): SignatureV4 => {
  const region = process.env['AWS_REGION'];
  if (region === undefined) {
    throw new Error('Set AWS_REGION to the region of the deployment.');
  }
  return new SignatureV4({ service: 'execute-api', region, credentials: defaultProvider(), sha256: Sha256 });
};

const call = async (method: string, path: string, body: string | undefined): Promise<Response> => {
  const base = process.env['GUIDON_SIGNED_URL'];
  if (base === undefined) {
    throw new Error('Set GUIDON_SIGNED_URL to the output SignedApiUrl of the stack.');
  }
  const url = new URL(base.replace(/\/$/, '') + path);
  // a signature knows a space as %20 only
  url.search = url.search.replaceAll('+', '%20');
  const { headers } = await signer().sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(
      [...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]),
    ),
    headers: { host: url.host, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  });
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
};

const main = async (): Promise<void> => {
  const [method, path, body] = process.argv.slice(2);
  if (method === undefined || path?.startsWith('/') !== true) {
    throw new Error('Usage: signed-request.ts <METHOD> <path> [<JSON body>]');
  }
  // as a Location names it, with the entrance, or without
  const response = await call(method.toUpperCase(), path.replace(/^\/signed/, ''), body);
  console.log(await response.text());
  console.error([response.status, response.statusText, response.headers.get('location')].join(' ').trim());
  process.exitCode = response.ok ? 0 : 1;
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
