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

const versionTag = (version: number): Record<string, string> => ({ etag: `"${String(version)}"` });

/** `version` is that of the thing a part was taken out of. */
export const noContent = (version?: number): HttpResponse => ({
  statusCode: 204,
  headers: { 'cache-control': 'no-store', ...(version !== undefined && versionTag(version)) },
});

/** A part of a stored thing, with the version of the whole as entity tag. */
export const okAt = (version: number, part: unknown): HttpResponse => ok(part, versionTag(version));

/** The text format of Prometheus. */
export const exposition = (body: string): HttpResponse => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  body,
});

/** A stored thing, with its version as entity tag. */
export const okVersioned = (thing: { version: number }): HttpResponse => okAt(thing.version, thing);

/** 201 with the place of a new part of a stored thing. */
export const createdAt = (version: number, part: unknown, location: string): HttpResponse => ({
  ...ok(part, { ...versionTag(version), location }),
  statusCode: 201,
});

/** 201 with the place of the new thing. */
export const created = (thing: { version: number }, location: string): HttpResponse =>
  createdAt(thing.version, thing, location);

/** 202 with the place where the thing shows how the work on it goes on. */
export const accepted = (thing: { version: number }, location: string): HttpResponse => ({
  ...created(thing, location),
  statusCode: 202,
});

/** Text for a spreadsheet. */
export const csvFile = (text: string, name: string, next: string | undefined): HttpResponse => ({
  statusCode: 200,
  headers: {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    ...(next !== undefined && { link: `<${next}>; rel="next"` }),
  },
  body: text,
});

const known = (etag: string, ifNoneMatch: string | undefined): boolean => {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
};

const tagged = (
  body: unknown,
  ifNoneMatch: string | undefined,
  caching: Readonly<Record<string, string>>,
): HttpResponse => {
  const text = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, ...caching };
  return known(etag, ifNoneMatch)
    ? { statusCode: 304, headers }
    : { statusCode: 200, headers: { 'content-type': 'application/json', ...headers }, body: text };
};

/** An answer that clients keep and ask about again: 304 while it is what they have. */
export const revalidated = (body: unknown, ifNoneMatch: string | undefined): HttpResponse =>
  tagged(body, ifNoneMatch, {
    'cache-control': 'private, no-cache',
    vary: 'Authorization, X-Environment, X-Device-Id',
  });

/** An answer that is the same for everybody, so that whoever is in between may keep it for a while too. */
export const published = (body: unknown, ifNoneMatch: string | undefined): HttpResponse =>
  tagged(body, ifNoneMatch, { 'cache-control': 'public, max-age=300' });
