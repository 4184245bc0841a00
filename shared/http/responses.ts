import { createHash } from 'node:crypto';

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

export const ok = (body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  statusCode: 200,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(body),
});

export const noContent = (): HttpResponse => ({ statusCode: 204, headers: { 'cache-control': 'no-store' } });

const versionTag = (thing: { version: number }): Record<string, string> => ({
  etag: `"${String(thing.version)}"`,
});

/** A stored thing, with its version as entity tag. */
export const okVersioned = (thing: { version: number }): HttpResponse => ok(thing, versionTag(thing));

/** 201 with the place of the new thing. */
export const created = (thing: { version: number }, location: string): HttpResponse => ({
  ...ok(thing, { ...versionTag(thing), location }),
  statusCode: 201,
});

/** An answer that clients keep and ask about again: 304 while it is what they have. */
export const revalidated = (body: unknown, ifNoneMatch: string | undefined): HttpResponse => {
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'Authorization, X-Environment' };
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*')
    ? { statusCode: 304, headers }
    : { statusCode: 200, headers: { 'content-type': 'application/json', ...headers }, body: text };
};
