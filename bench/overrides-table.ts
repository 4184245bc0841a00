import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTables, dynamoClient, LOCAL_CREDENTIALS, LOCAL_REGION, startEngine } from '../local/engine';
import { readTemplate } from '../local/template';
import { composeFlagService } from '../shared/composition/flag-service';
import { openTables } from '../shared/composition/parts';
import type { Config } from '../shared/config';
import { overrideAttributes } from '../shared/dynamodb/items';
import { EXPIRY_SHARDS, flagItemKey, overrideGsi1, overrideGsi2, overrideKey } from '../shared/dynamodb/keys';
import type { StoredOverride } from '../shared/override-ports';
import type { FlagGeneration } from '../shared/ports';
import type { Call } from '../shared/services/call';

/** A table with one flag of few overrides and one of many, which is made once and kept. */

export const ENVIRONMENT = 'production';
export const FEW = { flagKey: 'few', count: 10 } as const;
export const MANY = { flagKey: 'many', count: 1_000_000 } as const;
export type Loaded = typeof FEW | typeof MANY;

/** The most that the setting takes: every round writes. */
const CHANGES_PER_HOUR = 1_000;
const BATCH = 25;
const IN_FLIGHT = 16;
const AT = '2026-01-01T00:00:00.000Z';
const root = join(__dirname, '..');

/** Apart by this, a million users lie all over the room of UUIDs. */
const APART = Math.floor(2 ** 32 / MANY.count);

/**
 * A UUID that follows from a number: the overrides need not be remembered to be found. Larger numbers give larger ones,
 * so that the engine writes its indexes from one end to the other.
 */
export const userOf = (index: number): string => {
  const first = (index * APART).toString(16).padStart(8, '0');
  const hex = createHash('sha256').update(String(index)).digest('hex');
  return `${first}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const overrideOf = (of: FlagGeneration, index: number): StoredOverride => ({
  ...of,
  userId: userOf(index),
  deviceId: null,
  kind: 'include',
  enabled: true,
  reason: null,
  createdBy: 'bench',
  createdAt: AT,
  updatedBy: 'bench',
  updatedAt: AT,
  expiresAtMs: null,
  version: 1,
});

const itemOf = (of: FlagGeneration, index: number) => {
  const override = overrideOf(of, index);
  return {
    ...overrideKey(override),
    ...overrideGsi1(override),
    ...overrideGsi2(override, null, index % EXPIRY_SHARDS),
    ...overrideAttributes(override, 'bench'),
  };
};

/** The flag as its service creates it; overrides belong to a life of it. */
const createFlag = async (config: Config, key: string): Promise<FlagGeneration> => {
  const call: Call = {
    environment: ENVIRONMENT,
    ifMatch: undefined,
    dryRun: false,
    attribution: { actor: 'bench', ip: null, userAgent: null, route: null, requestId: null },
  };
  await composeFlagService(config).create(call, {
    key,
    type: 'boolean',
    enabled: true,
    rolloutPercentage: 30,
  });
  const item = await openTables(config).flagTable.get(flagItemKey(ENVIRONMENT, key), 'strong');
  return { environment: ENVIRONMENT, flagKey: key, generation: String(item?.['generation']) };
};

const load = async (
  client: DynamoDBDocumentClient,
  of: FlagGeneration,
  count: number,
  tell: (progress: string) => void,
): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + BATCH);
      const requests = Array.from({ length: next - from }, (_, step) => ({
        PutRequest: { Item: itemOf(of, from + step) },
      }));
      if (from % 100_000 === 0 && from > 0) {
        tell(`  ${from.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} overrides`);
      }
      await client.send(new BatchWriteCommand({ RequestItems: { FlagTable: requests } }));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
};

/** The tables as they are deployed, but for the stream, which nobody reads here. */
const tableSpecs = () => {
  const assembly = join(root, 'build', 'bench-assembly');
  execFileSync(process.execPath, ['--import', 'tsx', 'bin/guidon.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' },
    stdio: 'pipe',
  });
  return readTemplate(assembly).tables.map((table) => ({
    ...table,
    input: { ...table.input, StreamSpecification: undefined },
  }));
};

/** Of an instance that has this table and nothing else. */
const configOf = (endpoint: string): Config => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  return {
    flagTableName: 'FlagTable',
    auditTableName: 'AuditTable',
    environments: [ENVIRONMENT],
    defaultEnvironment: ENVIRONMENT,
    userIdFormat: 'sub',
    overrideChangesPerHour: CHANGES_PER_HOUR,
    userPoolId: 'none',
    importParts: { folder: 'none' },
    identityClaims: { groups: 'groups', userType: 'userType', subscription: 'subscription' },
    tokens: { issuer: 'none', jwksUri: 'none', clientIds: [], machineClientIds: [] },
  };
};

const make = async (endpoint: string, config: Config, tell: (progress: string) => void): Promise<void> => {
  await createTables(endpoint, tableSpecs());
  const client = DynamoDBDocumentClient.from(dynamoClient(endpoint), {
    marshallOptions: { removeUndefinedValues: true },
  });
  for (const { flagKey, count } of [FEW, MANY]) {
    await load(client, await createFlag(config, flagKey), count, tell);
  }
};

/** Starts the engine on the kept table; the first time, or after the shape of items changed, makes it. */
export const openOverridesTable = async (
  tell: (progress: string) => void,
): Promise<{ config: Config; stop: () => Promise<void> }> => {
  const dataDir = join(__dirname, 'build', 'overrides');
  const made = join(dataDir, 'made.json');
  const shape = JSON.stringify(itemOf({ environment: ENVIRONMENT, flagKey: 'x', generation: 'x' }, 0));
  if (!existsSync(made) || readFileSync(made, 'utf8') !== shape) {
    rmSync(dataDir, { recursive: true, force: true });
  }
  mkdirSync(dataDir, { recursive: true });
  const engine = await startEngine({ dataDir });
  const config = configOf(engine.endpoint);
  try {
    if (!existsSync(made)) {
      tell('making a table with a million overrides of one flag, once; this takes some minutes');
      await make(engine.endpoint, config, tell);
      writeFileSync(made, shape);
    }
    return { config, stop: () => engine.stop() };
  } catch (error) {
    await engine.stop();
    throw error;
  }
};
