import * as z from 'zod';
import { ImportIdSchema, PartNumberSchema } from '../contract/import';
import { DeviceIdSchema } from '../contract/device';
import { AuditIdSchema } from '../contract/audit';
import { FlagKeySchema } from '../contract/primitives';
import { RuleIdSchema } from '../contract/rule';
import { SegmentKeySchema } from '../contract/segment';
import { invalidField } from '../errors';
import { parse } from '../parse';
import type { Call, IfMatch } from '../services/call';
import type { Principal } from './principal';
import { isSigned, SIGNED_PREFIX } from './signed-caller';

/** What the endpoints need of the gateway's event (payload format 2.0). */
export interface HttpEvent {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly requestId: string;
    readonly authorizer?: { readonly iam?: { readonly userArn?: string } };
    readonly http: { readonly method: string; readonly sourceIp: string; readonly userAgent: string };
  };
  body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** A request whose parts have been checked. */
export interface Request<Query, Body> {
  readonly event: HttpEvent;
  readonly principal: Principal;
  readonly environment: string;
  readonly query: Query;
  readonly body: Body;
  /** The body where it is CSV; there is no other `body` then. */
  readonly csv?: string | undefined;
}

const queryPointer = (path: readonly PropertyKey[]): string => `#query/${path.map(String).join('/')}`;

/** The environment of a request: query parameter, else header, else the deployment's default. */
const environmentOf = (
  event: HttpEvent,
  deployment: { environments: readonly string[]; defaultEnvironment: string },
): string => {
  const asked = event.queryStringParameters?.['environment'];
  const header = event.headers['x-environment'];
  const environment = asked ?? header ?? deployment.defaultEnvironment;
  if (!deployment.environments.includes(environment)) {
    const pointer = asked === undefined ? '#header/x-environment' : '#query/environment';
    const known = deployment.environments.join(', ');
    throw invalidField(pointer, 'unknown_environment', `the environments here are ${known}`);
  }
  return environment;
};

export const readRequest = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  event: HttpEvent,
  principal: Principal,
  expected: { query: Query; body: Body | undefined },
  deployment: { environments: readonly string[]; defaultEnvironment: string },
): Request<z.infer<z.ZodObject<Query>>, z.infer<Body>> => {
  const querySchema = z.strictObject({ ...expected.query, environment: z.string().optional() });
  const environment = environmentOf(event, deployment);
  const query = parse(querySchema, event.queryStringParameters ?? {}, queryPointer);
  return {
    event,
    principal,
    environment,
    query: query as z.infer<z.ZodObject<Query>>,
    body: expected.body === undefined ? (undefined as z.infer<Body>) : parse(expected.body, event.body),
  };
};

/** A parameter of the path, checked. */
const pathParameter = <Schema extends z.ZodType>(
  event: HttpEvent,
  name: string,
  schema: Schema,
): z.infer<Schema> => parse(schema, event.pathParameters?.[name], () => `#path/${name}`);

export const flagKeyOf = ({ event }: { event: HttpEvent }): string =>
  pathParameter(event, 'flagKey', FlagKeySchema);

export const ruleIdOf = ({ event }: { event: HttpEvent }): string =>
  pathParameter(event, 'ruleId', RuleIdSchema);

export const segmentKeyOf = ({ event }: { event: HttpEvent }): string =>
  pathParameter(event, 'segmentKey', SegmentKeySchema);

export const importOf = (request: Request<unknown, unknown>) => ({
  environment: request.environment,
  flagKey: flagKeyOf(request),
  importId: pathParameter(request.event, 'importId', ImportIdSchema),
});

export const partNumberOf = ({ event }: { event: HttpEvent }): number =>
  pathParameter(event, 'part', PartNumberSchema);

export const deviceIdOf = ({ event }: { event: HttpEvent }): string =>
  pathParameter(event, 'deviceId', DeviceIdSchema);

/** The user or device that the path names; of users the service knows the form of an id. */
export const namedSubjectOf = (request: {
  event: HttpEvent;
}): { userId?: string | undefined; deviceId?: string | undefined } =>
  request.event.pathParameters?.['deviceId'] === undefined
    ? { userId: request.event.pathParameters?.['userId'] }
    : { deviceId: deviceIdOf(request) };
export const auditIdOf = ({ event }: { event: HttpEvent }): string =>
  pathParameter(event, 'id', AuditIdSchema);

/** `If-Match`: `*` or a list of version tags. Weak tags are taken too, a proxy that compresses makes them weak. */
const ifMatchOf = (header: string | undefined): IfMatch | undefined => {
  if (header === undefined || header.trim() === '*') {
    return header === undefined ? undefined : '*';
  }
  return header.split(',').flatMap((tag) => {
    const [, version] = /^(?:W\/)?"(\d{1,15})"$/.exec(tag.trim()) ?? [];
    // a tag that is none of ours matches no version
    return version === undefined ? [] : [Number(version)];
  });
};

/** What a change needs to know of its request. */
export const callOf = (
  { event, principal, environment }: Request<unknown, unknown>,
  dryRun = false,
): Call => ({
  environment,
  ifMatch: ifMatchOf(event.headers['if-match']),
  dryRun,
  attribution: {
    actor: principal.userId ?? 'system:anonymous',
    ip: event.requestContext.http.sourceIp,
    // a gateway hands over an empty text where the header was missing
    userAgent: event.requestContext.http.userAgent || null,
    route: event.routeKey,
    requestId: event.requestContext.requestId,
  },
});

/** Where a new thing is to be found: by the caller's entrance, in the environment of `query` or that the request named. */
export const placeOf = (
  { event, environment }: Request<unknown, unknown>,
  path: string,
  query: Record<string, string> = {},
): string => {
  const isNamed =
    event.queryStringParameters?.['environment'] !== undefined ||
    event.headers['x-environment'] !== undefined;
  const parameters = new URLSearchParams({ ...(isNamed && { environment }), ...query }).toString();
  const place = isSigned(event) ? `${SIGNED_PREFIX}${path}` : path;
  return parameters === '' ? place : `${place}?${parameters}`;
};

/** Binds a cursor to its listing: route, place and filters. */
export const listingOf = ({ event, environment, query }: Request<object, unknown>): string => {
  const filters = Object.entries(query).filter(([name]) => name !== 'cursor' && name !== 'limit');
  return JSON.stringify([event.routeKey, event.pathParameters ?? {}, environment, filters.sort()]);
};
