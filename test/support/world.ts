import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../shared/config';
import { composeAuditService } from '../../shared/composition/audit-service';
import { composeChangeService } from '../../shared/composition/change-service';
import { composeBulkOverrideService } from '../../shared/composition/bulk-override-service';
import { composeDepartureService } from '../../shared/composition/departure-service';
import { composeDeviceService } from '../../shared/composition/device-service';
import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeFeatureFlagService } from '../../shared/composition/feature-flag-service';
import { composeFlagCopyService } from '../../shared/composition/flag-copy-service';
import { composeFlagService } from '../../shared/composition/flag-service';
import { composeOverrideBatchService } from '../../shared/composition/override-batch-service';
import { composeOverrideReportService } from '../../shared/composition/override-report-service';
import { composeOverrideSearch } from '../../shared/composition/override-search';
import { composeOverrideService } from '../../shared/composition/override-service';
import { composeImportJobs } from '../../shared/composition/import-jobs';
import { composeImportService } from '../../shared/composition/import-service';
import { openTables } from '../../shared/composition/parts';
import { composeRevertService } from '../../shared/composition/revert-service';
import { composeRuleService } from '../../shared/composition/rule-service';
import { composeSegmentService } from '../../shared/composition/segment-service';
import { composeJobService } from '../../shared/composition/job-service';
import { composeSweepService } from '../../shared/composition/sweep-service';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import { contextOf } from '../../shared/evaluation/context';
import type { DeviceType } from '../../shared/contract/device';
import type { Flag } from '../../shared/contract/flag';
import type { OverrideType } from '../../shared/contract/override';
import type { JsonValue } from '../../shared/contract/primitives';
import type { Call } from '../../shared/services/call';
import type { NamedSubject } from '../../shared/services/feature-flags';
import { startTestEngine, type TestEngine } from './engine';
import { IDENTITY_CLAIMS } from './signed-tokens';
import { type FaultProxy, startFaultProxy } from './fault-proxy';

export const ENVIRONMENT = 'production';

export const aCall = (call: Partial<Call> = {}): Call => ({
  environment: ENVIRONMENT,
  ifMatch: undefined,
  dryRun: false,
  attribution: {
    actor: '9d2f6c1e-0f3b-4a8e-9a53-2f1f8a3c4b5d',
    ip: '203.0.113.7',
    userAgent: 'test',
    route: 'POST /test',
    requestId: 'request-1',
  },
  ...call,
});

/**
 * Composes as a function does where its environment names this engine. A client looks there at its first request and
 * keeps what it found: between composing and that, nothing may be composed at another engine. So who uses a proxied
 * world and its `direct` one in turn counts the calls that came through the proxy.
 */
const composeAt = <Composed>(endpoint: string, compose: () => Composed): Composed => {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  return compose();
};

/** Services that are composed when they are first asked for: a container is one function, and has but its own. */
const composedWhenAsked = <Services extends object>(
  endpoint: string,
  compose: { [Name in keyof Services]: () => Services[Name] },
): Services => {
  const services = {} as Services;
  for (const [name, make] of Object.entries(compose) as [keyof Services, () => never][]) {
    let made: Services[keyof Services] | undefined;
    Object.defineProperty(services, name, {
      enumerable: true,
      get: () => (made ??= composeAt(endpoint, make)),
    });
  }
  return services;
};

const servicesOf = (config: Config, endpoint: string) =>
  composedWhenAsked(endpoint, {
    flags: () => composeFlagService(config),
    rules: () => composeRuleService(config),
    segments: () => composeSegmentService(config),
    copies: () => composeFlagCopyService(config),
    overrides: () => composeOverrideService(config),
    typed: () => composeTypedOverrideService(config),
    search: () => composeOverrideSearch(config),
    batches: () => composeOverrideBatchService(config),
    reports: () => composeOverrideReportService(config),
    evaluation: () => composeEvaluationService(config),
    bulk: () => composeBulkOverrideService(config),
    imports: () => composeImportService(config),
    importJobs: () => composeImportJobs(config),
    devices: () => composeDeviceService(config),
    featureFlags: () => composeFeatureFlagService(config),
    audit: () => composeAuditService(config),
    reverts: () => composeRevertService(config),
    departures: () => composeDepartureService(config),
  });

/** The services of one container: caches of its own, the table shared with every other. */
const composeContainer = (config: Config, endpoint: string) => {
  const services = servicesOf(config, endpoint);
  return Object.assign(services, {
    createFlag: (flag: { key: string } & Partial<Flag>) =>
      services.flags.create(aCall(), { type: 'boolean', ...flag }),
    put: (
      flagKey: string,
      userId: string,
      overrideType: OverrideType,
      more: { expiresAt?: string; reason?: string } = {},
    ) => services.overrides.put(aCall(), flagKey, { userId, overrideType, ...more }, undefined),
    remove: (flagKey: string, userId: string, overrideType?: OverrideType) =>
      services.overrides.remove(aCall(), flagKey, userId, overrideType),
    putDevice: (userId: string, deviceId: string, type: DeviceType = 'phone') =>
      services.devices.put(aCall(), userId, deviceId, { type }, undefined),
    /** Pins values of flags; null clears one. */
    pin: async (subject: NamedSubject, values: Readonly<Record<string, JsonValue>>) => {
      const flags = Object.entries(values).map(([key, value]) => ({ key, value }));
      return (await services.featureFlags.change(aCall(), subject, { flags }, undefined)).flags;
    },
    /** What the flag gives the user, undefined where it is absent. */
    valueOf: async (
      flagKey: string,
      userId: string | undefined,
      deviceId?: string,
    ): Promise<JsonValue | undefined> => {
      const { evaluations } = await services.evaluation.evaluate(
        contextOf(ENVIRONMENT, { userId, deviceId }),
      );
      return evaluations.find(({ key }) => key === flagKey)?.value;
    },
  });
};

type Container = ReturnType<typeof composeContainer>;

export interface World {
  readonly engine: TestEngine;
  /** What its containers take for DynamoDB. */
  readonly endpoint: string;
  readonly config: Config;
  /** The container most tests use. */
  readonly container: Container;
  newContainer(): Container;
  stop(): Promise<void>;
}

export interface FaultyWorld extends World {
  /** Between the services and the engine. */
  readonly proxy: FaultProxy;
  /** The same tables past the proxy: for what is to be no part of a test's faults, and costs half the time. */
  readonly direct: World;
}

type WorldOptions = NonNullable<Parameters<typeof startTestEngine>[0]>;

/** A fresh table on a real engine, and services over it as the functions compose them. */
export const openWorld = async (options: WorldOptions = {}): Promise<World> => {
  const engine = await startTestEngine(options);
  return worldOn(engine, engine.endpoint, aPartsFolder(), STILL_MS);
};

/** The same with something in between that fails where it is told to. */
export const openFaultyWorld = async (options: WorldOptions = {}): Promise<FaultyWorld> => {
  const engine = await startTestEngine(options);
  const proxy = await startFaultProxy(engine.endpoint);
  const folder = aPartsFolder();
  const direct = worldOn(engine, engine.endpoint, folder, STILL_MS);
  const world = worldOn(engine, proxy.endpoint, folder);
  return {
    ...world,
    proxy,
    direct,
    stop: async () => {
      await proxy.stop();
      await world.stop();
    },
  };
};

const aPartsFolder = (): string => mkdtempSync(join(tmpdir(), 'guidon-parts-'));

/** As long as a machine may stand still on which everything runs at once; DynamoDB never takes so long. */
const STILL_MS = 10_000;

const worldOn = (engine: TestEngine, endpoint: string, folder: string, storeTimeoutMs?: number): World => {
  // for what a test without a `direct` world composes itself
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  const config: Config = {
    flagTableName: engine.flagTableName,
    auditTableName: engine.auditTableName,
    environments: [ENVIRONMENT, 'staging'],
    defaultEnvironment: ENVIRONMENT,
    userIdFormat: 'sub',
    overrideChangesPerHour: 100,
    userPoolId: 'none',
    importParts: { folder },
    storeTimeoutMs,
    identityClaims: IDENTITY_CLAIMS,
    tokens: {
      issuer: 'https://issuer.invalid',
      jwksUri: 'https://issuer.invalid/jwks.json',
      clientIds: ['none'],
      machineClientIds: ['none'],
    },
  };
  return {
    engine,
    endpoint,
    config,
    container: composeContainer(config, endpoint),
    newContainer: () => composeContainer(config, endpoint),
    stop: async () => {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** The stream functions over the same tables. */
export const composeStreamSide = ({ config, endpoint }: World) =>
  composeAt(endpoint, () => ({
    changes: composeChangeService(config),
    sweeps: composeSweepService(config),
    jobs: composeJobService(config),
    tables: openTables(config),
  }));

export const aUserId = (): string => randomUUID();

/** Longer than a container waits before it asks whether anything moved. */
export const CACHE_CHECK_MS = 650;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An end that the first write of an engine that has just started reaches in time, on a busy machine too. */
export const soonMs = (): number => Date.now() + 2_000;

/** Until the time is surely over. */
export const pauseUntil = (epochMs: number): Promise<void> => pause(epochMs - Date.now() + 50);

/** For the services the time is later by so much, until `jest.restoreAllMocks()`. */
export const passTime = (ms: number): void => {
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
};
