import { execFile } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { endWithThis } from './children';
import { createDemoFlags } from './demo-flags';
import { docsPage } from './docs-page';
import { createTables, type Engine, LOCAL_CREDENTIALS, LOCAL_REGION, startEngine } from './engine';
import { EventSourceMapping } from './event-source-mapping';
import { Functions } from './functions';
import { Gateway } from './gateway';
import { writeInstance } from './instance-file';
import { demoOperators } from './operators';
import { signIn } from './sign-in';
import { TableStream } from './stream';
import { DEFAULT_DELAY_MS, Collector, CollectedItems } from './collector';
import { type FunctionSpec, type LocalTemplate, readTemplate } from './template';
import { startUserPool, type UserPool } from './user-pool';

const run = promisify(execFile);

export interface GuidonOptions {
  readonly port: number;
  readonly dataDir: string;
  /** An assembly that was synthesised before; undefined makes a new one. */
  readonly assemblyDir?: string | undefined;
  /** A DynamoDB that runs already; undefined starts an engine. */
  readonly dynamodbEndpoint?: string | undefined;
  /** See {@link startEngine}. */
  readonly engineKind?: string | undefined;
  /** How late expired items are removed. */
  readonly ttlDelayMs?: number | undefined;
  readonly progress: (line: string) => void;
}

export interface RunningGuidon {
  readonly url: string;
  stop(): Promise<void>;
}

/** Bundles the functions and synthesises the stack, as a deployment does. */
const synthesise = async (dataDir: string): Promise<string> => {
  const folder = join(dataDir, 'assembly');
  // bundles of earlier versions would pile up
  rmSync(folder, { recursive: true, force: true });
  const synthesis = run(process.execPath, ['--import', 'tsx', 'bin/guidon.ts'], {
    cwd: join(__dirname, '..'),
    env: { ...process.env, CDK_OUTDIR: folder, CDK_VALIDATION: 'false' },
  });
  endWithThis(synthesis.child);
  await synthesis;
  return folder;
};

const environmentOf =
  (dataDir: string, engine: Engine, userPool: UserPool) =>
  (spec: FunctionSpec): Record<string, string> => ({
    ...spec.environment,
    // what Lambda sets for every function
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // where the services are on this machine
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: userPool.endpoint,
    ...(spec.environment['IMPORT_PARTS'] && { IMPORT_PARTS: `file://${resolve(dataDir, 'import-parts')}` }),
    ...(spec.environment['TOKEN_JWKS_URI'] && { TOKEN_JWKS_URI: userPool.jwksUri }),
    ...(process.env['STORE_TIMEOUT_MS'] && { STORE_TIMEOUT_MS: process.env['STORE_TIMEOUT_MS'] }),
    ...(process.env['NODE_V8_COVERAGE'] && { NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'] }),
  });

/** What has been started, to be stopped in the opposite order. */
class Running {
  private readonly stops: (() => Promise<unknown>)[] = [];

  add<Part>(part: Part, stop: (part: Part) => Promise<unknown>): Part {
    this.stops.unshift(() => stop(part));
    return part;
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0)) {
      await stop();
    }
  }
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

const startStreams = (
  running: Running,
  parts: {
    template: LocalTemplate;
    engine: Engine;
    functions: Functions;
    options: GuidonOptions;
    log: (error: unknown) => void;
  },
): void => {
  const { template, engine, functions, options, log } = parts;
  const { dataDir, ttlDelayMs = DEFAULT_DELAY_MS } = options;
  const collected = new CollectedItems(join(dataDir, 'collected.jsonl'));
  for (const spec of template.mappings) {
    const table = template.tables.find(({ input }) => input.TableName === spec.tableName);
    const stream = new TableStream({
      endpoint: engine.endpoint,
      tableName: spec.tableName,
      ttlAttribute: table?.ttlAttribute,
      collected,
      positionFile: join(dataDir, `stream-${spec.functionId}.json`),
    });
    const deadLetterFile = join(dataDir, 'dead-letters.jsonl');
    const mapping = new EventSourceMapping({ spec, stream, functions, deadLetterFile, log });
    running.add(mapping, (each) => each.stop()).start();
  }
  const collector = new Collector(engine.endpoint, template.tables, collected, ttlDelayMs, log);
  running
    .add(collector, async (each) => {
      each.stop();
    })
    .start();
};

const start = async (options: GuidonOptions, running: Running): Promise<string> => {
  const { port, dataDir, progress } = options;
  progress('Building the functions and the stack …');
  const template = readTemplate(options.assemblyDir ?? (await synthesise(dataDir)));
  progress('Starting DynamoDB and the user pool …');
  const [engine, userPool] = await Promise.all([
    startEngine({ dataDir, endpoint: options.dynamodbEndpoint, kind: options.engineKind }).then((each) =>
      running.add(each, (it) => it.stop()),
    ),
    startUserPool(dataDir, template).then((each) => running.add(each, (it) => it.stop())),
  ]);
  await createTables(engine.endpoint, template.tables);
  const output = createWriteStream(join(dataDir, 'functions.log'), { flags: 'a' });
  // every instance of every function writes to it
  output.setMaxListeners(0);
  const log = (error: unknown): void => {
    output.write(`${JSON.stringify({ level: 'ERROR', message: 'runner', error: String(error) })}\n`);
  };
  const functions = running.add(
    new Functions(template.functions, environmentOf(dataDir, engine, userPool), output),
    (each) => each.end(),
  );
  const gateway = new Gateway({
    template,
    functions,
    jwksUri: userPool.jwksUri,
    operators: demoOperators,
    page: docsPage,
    log,
  });
  running.add(await gateway.listen(port), closeServer);
  startStreams(running, { template, engine, functions, options, log });
  const url = `http://127.0.0.1:${port}`;
  const clientId = template.clients.find((client) => !client.isForMachines)?.id ?? '';
  const machine = template.clients.find((client) => client.isForMachines);
  writeInstance(dataDir, {
    pid: process.pid,
    url,
    userPoolEndpoint: userPool.endpoint,
    clientId,
    ...(machine && { machine: { id: machine.id, scopes: [...machine.scopes] } }),
    dynamodbEndpoint: engine.endpoint,
    engine: engine.pid,
    userPool: userPool.pid,
  });
  // once: a demo flag that somebody deleted stays away
  const haveDemoFlags = join(dataDir, 'demo-flags');
  if (!existsSync(haveDemoFlags)) {
    progress('Creating the demo flags …');
    await createDemoFlags(
      url,
      await signIn({ userPoolEndpoint: userPool.endpoint, clientId }, 'admin@example.com'),
    );
    writeFileSync(haveDemoFlags, '');
  }
  return url;
};

/** Runs the whole product on this machine. Where the start fails, nothing of it is left running. */
export const startGuidon = async (options: GuidonOptions): Promise<RunningGuidon> => {
  mkdirSync(options.dataDir, { recursive: true });
  const running = new Running();
  try {
    return { url: await start(options, running), stop: () => running.stop() };
  } catch (error) {
    await running.stop();
    throw error;
  }
};
