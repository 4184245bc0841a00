import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** For one HTTP exchange with DynamoDB; a request's own deadline may end it sooner. */
const REQUEST_TIMEOUT_MS = 700;
const CONNECTION_TIMEOUT_MS = 300;

/**
 * A client that ends: by default the SDK waits five minutes for an answer and `requestTimeout` alone only warns.
 * Two attempts, because throttling retries otherwise outlast the function. Streams handlers may wait longer.
 */
export const createDocumentClient = (
  limits: {
    requestTimeoutMs?: number | undefined;
    connectionTimeoutMs?: number | undefined;
    maxAttempts?: number;
  } = {},
): DynamoDBDocumentClient => {
  const requestTimeout = limits.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const client = new DynamoDBClient({
    maxAttempts: limits.maxAttempts ?? 2,
    requestHandler: {
      connectionTimeout: limits.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS,
      requestTimeout,
      socketTimeout: requestTimeout,
      throwOnRequestTimeout: true,
    },
  });
  // it writes every request and answer down anew, for a logger that is not there
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
};
