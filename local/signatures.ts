import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { LOCAL_REGION } from './engine';
import type { Operator } from './operators';

/** What of a request is signed. */
export interface SignedParts {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** API Gateway takes a signature that old, or that much ahead of its clock. */
const MAX_SKEW_MS = 5 * 60_000;
const SERVICE = 'execute-api';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, *SignedHeaders=([a-z0-9;_-]+), *Signature=([0-9a-f]{64})$/;

/** `20260102T030405Z` as a date; undefined for any other text. */
const parseDate = (text: unknown): Date | undefined => {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text)) ?? [];
  return year === undefined ? undefined : new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

/** Undefined where it is not well-formed. */
const queryOf = ({ search }: URL): Record<string, string[]> | undefined => {
  const query = Object.create(null) as Record<string, string[]>;
  try {
    for (const part of search.slice(1).split('&').filter(Boolean)) {
      const [name = '', value = ''] = part.split(/=(.*)/s).map(decodeURIComponent);
      query[name] = [...(query[name] ?? []), value];
    }
    return query;
  } catch {
    return undefined;
  }
};

/** A digest that a client sends along is part of what it signs, so it has to be that of the body. */
const hasTrueDigest = ({ headers, body }: SignedParts): boolean => {
  const digest = headers['x-amz-content-sha256'];
  return digest === undefined || digest === createHash('sha256').update(body).digest('hex');
};

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** The Authorization header that the operator would have sent with these parts and signed headers. */
const authorizationOf = async (
  { method, url, headers, body }: SignedParts,
  query: Record<string, string[]>,
  { accessKeyId, secretAccessKey }: Operator,
  names: readonly string[],
  signingDate: Date,
): Promise<string> => {
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region: LOCAL_REGION,
    service: SERVICE,
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = {
    method,
    protocol: 'http:',
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: Object.fromEntries(names.map((name) => [name, String(headers[name] ?? '')])),
    ...(body.length > 0 && { body }),
  };
  const signed = await signer.sign(request, { signingDate, signableHeaders: new Set(names) });
  return signed.headers['authorization'] ?? '';
};

/** Who signed the request with SigV4, in time and for this API; undefined where nobody of `operators` did. */
export const signerOf = async (
  parts: SignedParts,
  operators: readonly Operator[],
  nowMs = Date.now(),
): Promise<Operator | undefined> => {
  const { headers } = parts;
  const [, accessKeyId, day, region, service, list = '', signature = ''] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const operator = operators.find((each) => each.accessKeyId === accessKeyId);
  const signedAt = parseDate(headers['x-amz-date']);
  const query = queryOf(parts.url);
  const names = list.split(';');
  const isPlausible =
    region === LOCAL_REGION &&
    service === SERVICE &&
    String(headers['x-amz-date']).startsWith(day ?? '-') &&
    ['host', 'x-amz-date'].every((name) => names.includes(name)) &&
    hasTrueDigest(parts);
  if (operator === undefined || signedAt === undefined || query === undefined || !isPlausible) {
    return undefined;
  }
  if (Math.abs(nowMs - signedAt.getTime()) > MAX_SKEW_MS) {
    return undefined;
  }
  const expected = await authorizationOf(parts, query, operator, names, signedAt);
  return isSame(AUTHORIZATION.exec(expected)?.[6] ?? '', signature) ? operator : undefined;
};
