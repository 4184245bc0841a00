import { v7 } from 'uuid';
import { type Config, readConfig } from '../config';
import { createDocumentClient } from '../dynamodb/client';
import { Table } from '../dynamodb/table';

/** What every composition starts from. Each function composes once, at module scope, and takes only what it needs. */

export const clock = (): number => Date.now();
export const newId = v7;

/** The two tables over one client; `limits` are those of {@link createDocumentClient}. */
export const openTables = (
  config: Config = readConfig(),
  limits: Parameters<typeof createDocumentClient>[0] = {},
): { flagTable: Table; auditTable: Table } => {
  const client = createDocumentClient({
    requestTimeoutMs: config.storeTimeoutMs,
    connectionTimeoutMs: config.storeTimeoutMs,
    ...limits,
  });
  return {
    flagTable: new Table(client, config.flagTableName),
    auditTable: new Table(client, config.auditTableName),
  };
};

/** Time limits of the stream functions: nobody waits for them, and a retry costs a whole batch. */
export const STREAM_LIMITS = { requestTimeoutMs: 2_000, maxAttempts: 4 };
