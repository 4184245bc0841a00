/**
 * What the contenders use of the packages in bench/package.json, so that the repository can be checked without them.
 */

declare module '@openfeature/flagd-core' {
  type Context = Readonly<Record<string, string>>;
  export class FlagdCore {
    setConfigurations(configuration: string): string[];
    resolveBooleanEvaluation(flagKey: string, defaultValue: boolean, context: Context): { value: boolean };
    resolveAll(context: Context): { flagKey: string; value: unknown }[];
  }
}

declare module '@growthbook/growthbook' {
  interface UserContext {
    attributes: Record<string, string>;
  }
  export class GrowthBookClient {
    initSync(options: { payload: { features: Record<string, unknown> } }): this;
    isOn(key: string, context: UserContext): boolean;
    evalFeature(key: string, context: UserContext): { value: unknown; on: boolean };
  }
}

declare module '@launchdarkly/node-server-sdk' {
  type Context = Readonly<Record<string, string>>;
  interface Client {
    waitForInitialization(options: { timeout: number }): Promise<unknown>;
    boolVariation(key: string, context: Context, defaultValue: boolean): Promise<boolean>;
    allFlagsState(context: Context): Promise<{ allValues(): Record<string, unknown> }>;
    close(): void;
  }
  interface Options {
    updateProcessor: unknown;
    sendEvents: boolean;
    diagnosticOptOut: boolean;
    logger: unknown;
  }
  export const init: (sdkKey: string, options: Options) => Client;
  export const basicLogger: (options: { level: 'none' }) => unknown;
  export const integrations: {
    FileDataSourceFactory: new (options: { paths: string[] }) => { getFactory(): unknown };
  };
}

declare module 'unleash-client' {
  import type { EventEmitter } from 'node:events';
  export class InMemStorageProvider {
    set(key: string, data: unknown): Promise<void>;
  }
  export class Unleash extends EventEmitter {
    constructor(options: {
      url: string;
      appName: string;
      bootstrap: { data: unknown };
      refreshInterval: number;
      disableMetrics: boolean;
      storageProvider: InMemStorageProvider;
      skipInstanceCountWarning: boolean;
    });
    isEnabled(
      name: string,
      context: { userId: string; properties: Readonly<Record<string, string>> },
    ): boolean;
    destroy(): void;
  }
}

declare module '@flipt-io/flipt-client-js' {
  interface Response {
    ok: boolean;
    status: number;
    statusText: string;
    headers: { get(name: string): string | null };
    json(): Promise<unknown>;
  }
  interface Question {
    flagKey: string;
    entityId: string;
    context: Readonly<Record<string, string>>;
  }
  interface Answer {
    flagKey: string;
    enabled: boolean;
  }
  export class FliptClient {
    static init(options: { fetcher: () => Promise<Response> }): Promise<FliptClient>;
    refresh(): Promise<boolean>;
    listFlags(): { key: string }[];
    evaluateBoolean(question: Question): Answer;
    evaluateBatch(questions: Question[]): { responses: { booleanEvaluationResponse?: Answer }[] };
  }
}
