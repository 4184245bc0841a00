import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles. Lambda hands its credentials over in the
 * environment, so the chain of files, SSO, containers and instance metadata would be 90 KiB for nothing.
 */
export const defaultProvider = fromEnv;
