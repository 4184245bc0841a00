/**
 * Calls of AWS services whose clients are no packages of ours, for the emulator only: it checks no signature, and
 * takes the service from the credential's scope.
 */

const WITHIN_MS = 30_000;

const scopeOf = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const ask = async (url: string, service: string, init: RequestInit): Promise<string> => {
  const response = await fetch(url, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), authorization: scopeOf(service) },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${service} answered ${response.status}: ${text}`);
  }
  return text;
};

/** A service that speaks JSON; `target` is its `X-Amz-Target`, like `AmazonSQS.ListQueues`. */
export const callJson = async (
  endpoint: string,
  service: string,
  target: string,
  body: object = {},
): Promise<any> => {
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  const text = await ask(endpoint, service, { method: 'POST', headers, body: JSON.stringify(body) });
  return JSON.parse(text) as unknown;
};

/** A service that speaks REST, like Lambda. */
export const callRest = async (endpoint: string, service: string, path: string): Promise<any> =>
  JSON.parse(await ask(`${endpoint}${path}`, service, {})) as unknown;

/** A service that takes a form and answers in XML, like CloudFormation. */
export const callQuery = (
  endpoint: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> => ask(endpoint, service, { method: 'POST', body: new URLSearchParams(parameters) });

/** What stands between the tags of this name, in order. */
export const textsOf = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text = '']) => text);
