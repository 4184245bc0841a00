import { hash } from 'node:crypto';
import { v7 } from 'uuid';
import type * as z from 'zod';
import { type Config, readConfig } from './config';
import { DynamoAuditRepository } from './dynamodb/audit-repository';
import { DynamoChangeLimiter } from './dynamodb/change-limiter';
import { DynamoChangeRepository } from './dynamodb/change-repository';
import { createDocumentClient } from './dynamodb/client';
import { DynamoFlagRepository } from './dynamodb/flag-repository';
import { DynamoOverrideRepository } from './dynamodb/override-repository';
import { DynamoRulesetSource } from './dynamodb/ruleset-source';
import { readStreamRecord } from './dynamodb/stream-record';
import { DynamoSweepRepository } from './dynamodb/sweep-repository';
import { Table } from './dynamodb/table';
import { createHandler, type Endpoint } from './http/create-handler';
import { createTokenVerifier } from './http/token-verifier';
import { AuditService } from './services/audit';
import { ChangeService } from './services/changes';
import { EvaluationService } from './services/evaluation';
import { FlagCache } from './services/flag-cache';
import { FlagService } from './services/flags';
import { OverrideCache } from './services/override-cache';
import { OverrideService } from './services/overrides';
import { SweepService } from './services/sweeps';
import { startInvocation, telemetry } from './telemetry';

/**
 * Where services meet their adapters. Every function composes once, at module scope, and takes only what it needs:
 * what it does not name is not in its bundle.
 */

const clock = Date.now;
const newId = v7;

const sha256 = (text: string): string => hash('sha256', text, 'hex');

type Client = ReturnType<typeof createDocumentClient>;

/** Time limits of the stream functions: nobody waits for them, and a retry costs a whole batch. */
const STREAM_LIMITS = { requestTimeoutMs: 2_000, maxAttempts: 4 };

const flagTable = (config: Config, client: Client = createDocumentClient()): Table =>
  new Table(client, config.flagTableName);

const auditTable = (config: Config, client: Client = createDocumentClient()): Table =>
  new Table(client, config.auditTableName);

/** The handler of an HTTP function. */
export const composeHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  config: Config = readConfig(),
) =>
  createHandler(endpoint, {
    verifier: createTokenVerifier(config.tokens),
    environments: config.environments,
    defaultEnvironment: config.defaultEnvironment,
    telemetry,
    startInvocation,
  });

/** The handler of a function without identity, environment or data. */
export const composePlainHandler = (answer: Endpoint<z.ZodRawShape, z.ZodType>['answer']) =>
  createHandler(
    { caller: 'none', budgetMs: 1_000, answer },
    {
      verifier: { verify: () => Promise.reject(new Error('this function asks nobody who he is')) },
      environments: [''],
      defaultEnvironment: '',
      telemetry,
      startInvocation,
    },
  );

export const composeFlagService = (config: Config = readConfig()): FlagService => {
  const table = flagTable(config);
  const flags = new DynamoFlagRepository(table, clock);
  return new FlagService({ flags, overrides: new DynamoOverrideRepository(table, clock), clock, newId });
};

export const composeOverrideService = (config: Config = readConfig()): OverrideService => {
  const table = flagTable(config);
  return new OverrideService({
    flags: new DynamoFlagRepository(table, clock),
    overrides: new DynamoOverrideRepository(table, clock),
    limiter: new DynamoChangeLimiter(table, clock),
    userIdFormat: config.userIdFormat,
    clock,
    newId,
    telemetry,
  });
};

export const composeEvaluationService = (config: Config = readConfig()): EvaluationService => {
  const table = flagTable(config);
  const flagCache = new FlagCache({ source: new DynamoRulesetSource(table), clock, telemetry });
  const overrides = new DynamoOverrideRepository(table, clock);
  return new EvaluationService({
    flagCache,
    overrideCache: new OverrideCache({ overrides, clock, telemetry }),
    sha256,
    clock,
  });
};

export const composeAuditService = (config: Config = readConfig()): AuditService => {
  const client = createDocumentClient();
  return new AuditService(new DynamoAuditRepository(auditTable(config, client), flagTable(config, client)));
};

export const composeChangeService = (config: Config = readConfig()): ChangeService => {
  const client = createDocumentClient(STREAM_LIMITS);
  const table = flagTable(config, client);
  return new ChangeService({
    readRecord: readStreamRecord,
    flags: new DynamoFlagRepository(table, clock),
    overrides: new DynamoOverrideRepository(table, clock),
    changes: new DynamoChangeRepository(table, clock),
    audit: new DynamoAuditRepository(auditTable(config, client), table),
    sweeps: new DynamoSweepRepository(table),
    telemetry,
  });
};

export const composeSweepService = (config: Config = readConfig()): SweepService => {
  const table = flagTable(config, createDocumentClient(STREAM_LIMITS));
  return new SweepService({
    flags: new DynamoFlagRepository(table, clock),
    sweeps: new DynamoSweepRepository(table),
    telemetry,
  });
};
