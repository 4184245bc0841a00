/**
 * Stands in for `@aws-sdk/middleware-endpoint-discovery` in the bundles: an opt-in of DynamoDBClient that
 * brings a cache of endpoints along, 8 KiB, and is never opted into.
 */
export const resolveEndpointDiscoveryConfig = <Config>(config: Config): Config => config;

const notConfigured = (): undefined => undefined;

export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: notConfigured,
  configFileSelector: notConfigured,
  default: undefined,
};
