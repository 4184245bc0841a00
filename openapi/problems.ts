import type { Caller } from '../functions/routes';
import type { FlagErrorCode } from '../shared/errors';
import { statusOf } from '../shared/http/problem';
import type { Operation } from './operation';

/** When each code is answered. */
const WHEN: Readonly<Record<FlagErrorCode, string>> = {
  INVALID_REQUEST: 'malformed JSON, an unknown field, a value outside its limits',
  UNAUTHENTICATED: 'no token where one is needed, or one that does not count',
  FORBIDDEN: "the token's user is in none of the needed groups, or the token is a machine's",
  FLAG_NOT_FOUND: 'no such flag in this environment',
  RULE_NOT_FOUND: 'the flag has no such rule',
  SEGMENT_NOT_FOUND: 'no such segment in this environment',
  OVERRIDE_NOT_FOUND: 'the user has no such override on this flag',
  USER_NOT_FOUND: 'the user pool does not know the user, or there is nothing of theirs to remove',
  DEVICE_NOT_FOUND: 'no such device is registered, or not to this user',
  NOT_FOUND: 'no such route, no such audit event in this environment, no such import of the flag',
  ALREADY_EXISTS: 'there is one of this key or id',
  IN_USE:
    'flags name it in their rules, values of overrides would no longer fit it, or the import is in another state',
  NOT_REVERTIBLE: 'a change of this kind, or of this override, cannot be taken back',
  VERSION_CONFLICT:
    'the version in `If-Match` is not the present one, or what a change left is no longer as it was',
  PAYLOAD_TOO_LARGE: 'the body or the flag is too large',
  UNSUPPORTED_MEDIA_TYPE: 'a body without a content type that the route takes',
  INVALID_VALUE: 'well formed, but a value does not fit the type or the `valueSchema` of the flag',
  RATE_LIMITED: 'the flag had its override changes of the hour',
  INTERNAL: 'a fault of ours',
  UNAVAILABLE: 'the table or the keys of tokens cannot be reached in time; a write may have taken place',
};

/** Statuses that the gateway may answer on any route; 413 it only has for bodies. */
const GATEWAY = [429, 500, 503];

const WITHOUT_AUTHORIZER: readonly Caller[] = ['none', 'anyone', 'evaluator'];

/** Whether the gateway too may give this answer. Where a token is optional it has no authorizer, so it gives no 401. */
export const isOfGateway = (status: number, caller: Caller): boolean =>
  GATEWAY.includes(status) || status === 413 || (status === 401 && !WITHOUT_AUTHORIZER.includes(caller));

const reference = (kind: 'schemas' | 'headers', name: string) => ({ $ref: `#/components/${kind}/${name}` });

const codesOf = (
  { request, csv, condition, problems }: Operation,
  caller: Caller,
): readonly FlagErrorCode[] => {
  if (problems === 'none') {
    return [];
  }
  return [
    ...(caller === 'none'
      ? []
      : (['INVALID_REQUEST', 'UNAUTHENTICATED', 'FORBIDDEN', 'UNAVAILABLE'] as const)),
    ...(request?.body === undefined && csv === undefined
      ? []
      : (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(condition === 'If-Match' ? (['VERSION_CONFLICT'] as const) : []),
    'INTERNAL',
    ...(problems ?? []),
  ];
};

const pascal = (code: string): string =>
  code
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

const WAIT: ReadonlySet<FlagErrorCode> = new Set(['RATE_LIMITED', 'UNAVAILABLE']);

const problemContent = (codes: readonly FlagErrorCode[]) => ({
  'application/problem+json': {
    schema: {
      allOf: [reference('schemas', 'Problem'), { properties: { code: { enum: codes } } }],
    },
  },
});

const gatewayContent = { 'application/json': { schema: reference('schemas', 'GatewayAnswer') } };

const responseOf = (status: number, codes: readonly FlagErrorCode[], alsoOfGateway: boolean) => ({
  description: [
    ...codes.map((code) => `\`${code}\`: ${WHEN[code]}.`),
    ...(alsoOfGateway ? ['`application/json` where the gateway answers itself.'] : []),
  ].join(' '),
  headers: {
    'X-Request-Id': reference('headers', 'X-Request-Id'),
    ...(codes.some((code) => WAIT.has(code)) && { 'Retry-After': reference('headers', 'Retry-After') }),
    ...(status === 401 && { 'WWW-Authenticate': { schema: { type: 'string' } } }),
  },
  content: { ...(codes.length > 0 && problemContent(codes)), ...(alsoOfGateway && gatewayContent) },
});

export interface NamedResponse {
  readonly status: number;
  /** Made of the codes, so that routes with the same codes share one. */
  readonly name: string;
  readonly response: object;
}

/** The failures of a route by status, ours and the gateway's. */
export const problemsOf = (operation: Operation, caller: Caller): NamedResponse[] => {
  const byStatus = new Map<number, FlagErrorCode[]>(GATEWAY.map((status) => [status, []]));
  for (const code of new Set(codesOf(operation, caller))) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code].sort());
  }
  return [...byStatus].map(([status, codes]) => {
    const alsoOfGateway = isOfGateway(status, caller);
    return {
      status,
      name: [...codes.map(pascal), ...(alsoOfGateway ? ['Gateway'] : [])].join('Or'),
      response: responseOf(status, codes, alsoOfGateway),
    };
  });
};
