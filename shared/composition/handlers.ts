import type * as z from 'zod';
import { type Config, readConfig } from '../config';
import { createHandler, type Endpoint } from '../http/create-handler';
import { createTokenVerifier } from '../http/token-verifier';
import { startInvocation, telemetry } from '../telemetry';

/** The handler of an HTTP function. */
export const composeHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  config: Config = readConfig(),
) =>
  createHandler(endpoint, {
    verifier: createTokenVerifier(config.tokens),
    identityClaims: config.identityClaims,
    environments: config.environments,
    defaultEnvironment: config.defaultEnvironment,
    telemetry,
    startInvocation,
  });
