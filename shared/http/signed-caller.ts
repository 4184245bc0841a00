import { FlagError } from '../errors';
import { NO_IDENTITY } from './identity';
import type { Principal } from './principal';

/** The gateway lets nobody on a route below it who has not signed the request with AWS credentials (SigV4). */
export const SIGNED_PREFIX = '/signed';

interface SignedEvent {
  readonly routeKey: string;
  readonly requestContext: { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } };
}

/** Goes by the route that the gateway found, not by anything the caller says. */
export const isSigned = ({ routeKey }: { readonly routeKey: string }): boolean =>
  routeKey.includes(` ${SIGNED_PREFIX}/`);

/** The owner of the AWS credentials, whom IAM has let in. Throws `UNAUTHENTICATED` where the gateway names none. */
export const identifySigner = ({ requestContext }: SignedEvent): Principal => {
  const arn = requestContext.authorizer?.iam?.userArn;
  if (arn === undefined || !arn.startsWith('arn:')) {
    throw new FlagError('UNAUTHENTICATED', 'This needs a request signed with AWS credentials (SigV4).');
  }
  return { userId: arn, identity: NO_IDENTITY, isMachine: false };
};
