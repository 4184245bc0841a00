import type { IncomingMessage } from 'node:http';
import { createTokenVerifier, type TokenVerifier } from '../shared/http/token-verifier';
import { LOCAL_REGION } from './engine';
import { isAllowed, type Operator } from './operators';
import { signerOf } from './signatures';
import { API_ID, LOCAL_ACCOUNT } from './stand-ins';
import type { LocalTemplate, RouteSpec } from './template';

/** What the gateway tells a function of who is calling. */
export type Authorizer =
  | { readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: null } }
  | { readonly iam: Readonly<Record<string, string | null>> };

export interface Incoming {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}

/** The gateway hands claims over as text, a list as `[a b]`. */
export const claimTexts = (claims: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.map(String).join(' ')}]` : String(value),
    ]),
  );

const iamOf = ({ accessKeyId, arn }: Operator): Authorizer => ({
  iam: {
    accessKey: accessKeyId,
    accountId: LOCAL_ACCOUNT,
    callerId: accessKeyId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId: accessKeyId,
  },
});

export interface AuthorizersParts {
  readonly template: Pick<LocalTemplate, 'routes' | 'policies'>;
  /** Where the keys of the user pool are. */
  readonly jwksUri: string;
  readonly operators: readonly Operator[];
}

/** The authorizers of the template's routes. */
export class Authorizers {
  private readonly verifiers = new Map<RouteSpec['authorizer'], TokenVerifier>();

  constructor(private readonly parts: AuthorizersParts) {
    for (const { authorizer } of parts.template.routes) {
      if (authorizer !== undefined) {
        const { issuer, audience } = authorizer;
        const config = { issuer, jwksUri: parts.jwksUri, clientIds: audience, machineClientIds: [] };
        this.verifiers.set(authorizer, createTokenVerifier(config));
      }
    }
  }

  /** Who is calling, undefined where anybody may. Throws `UNAUTHENTICATED`; `forbidden` is what IAM says. */
  async authorize(route: RouteSpec, incoming: Incoming): Promise<Authorizer | 'forbidden' | undefined> {
    if (route.needsSignature === true) {
      return this.checkSignature(incoming);
    }
    const verifier = this.verifiers.get(route.authorizer);
    if (verifier === undefined) {
      return undefined;
    }
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(incoming.request.headers.authorization ?? '') ?? [];
    const { claims } = await verifier.verify(token);
    return { jwt: { claims: claimTexts(claims), scopes: null } };
  }

  private async checkSignature({ request, url, body }: Incoming): Promise<Authorizer | 'forbidden'> {
    const { method = 'GET', headers } = request;
    const operator = await signerOf({ method, url, headers, body }, this.parts.operators);
    const statements = this.parts.template.policies.get(operator?.policy ?? '') ?? [];
    const call = `arn:aws:execute-api:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${API_ID}/$default/${method}${url.pathname}`;
    return operator !== undefined && isAllowed(statements, 'execute-api:Invoke', call)
      ? iamOf(operator)
      : 'forbidden';
  }
}
