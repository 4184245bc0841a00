import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endOrphan } from './children';
import { DOCS_PATH } from './docs-page';
import { type RunningGuidon, startGuidon } from './guidon';
import { dataDirOf, readInstance, readPort, removeInstance } from './instance-file';

const HELP = `npm start -- [--fresh]

Runs Guidon on this machine with demo data, at http://127.0.0.1:3000.

  --fresh   begin anew: throw away what earlier starts on this port left
  --help    this text

  PORT=4000              another port; each port has data of its own, under .guidon/<port>
  DYNAMODB_ENDPOINT=…    a DynamoDB that runs already, instead of the embedded engine
  GUIDON_ENGINE=official DynamoDB Local (needs Java 17) instead of the embedded engine
`;

const checkPortIsFree = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', () => {
      reject(new Error(`Port ${port} of 127.0.0.1 is taken: stop what listens there, or set PORT.`));
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve();
      });
    });
  });

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/api/health`, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );

/** All that a data folder holds of ours: whatever else lies there, `--fresh` leaves alone. */
const OURS =
  /^(assembly|collected\.jsonl|dead-letters\.jsonl|demo-flags|dynamodb.*|functions\.log|import-parts|stream-.+|user-pool.*)$/;

const beginAnew = (dataDir: string): void => {
  for (const name of existsSync(dataDir) ? readdirSync(dataDir) : []) {
    if (OURS.test(name)) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    }
  }
};

const readDelay = (text: string | undefined): number | undefined => {
  const delayMs = text === undefined ? undefined : Number(text);
  if (delayMs !== undefined && !(delayMs >= 0)) {
    throw new Error(`GUIDON_TTL_DELAY_MS is a number of milliseconds, not "${text}".`);
  }
  return delayMs;
};

/** Ends cleanly on a signal, also while the start is still under way: then what has been started ends with the process. */
const endOnSignals = (dataDir: string, running: { readonly guidon?: RunningGuidon }): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      const { guidon } = running;
      if (guidon === undefined) {
        process.exit(128 + constants.signals[signal]);
      }
      void guidon.stop().finally(() => {
        removeInstance(dataDir);
        process.exit(0);
      });
    });
  }
};

/** Clears away what a run that was killed has left behind. */
const clearLeftovers = async (dataDir: string): Promise<void> => {
  const earlier = readInstance(dataDir);
  if (earlier === undefined) {
    return;
  }
  // its process id says nothing: by now a stranger may have it
  if (await answers(earlier.url)) {
    throw new Error(`Another instance, ${earlier.url}, uses ${dataDir}: stop it, or set GUIDON_DATA_DIR.`);
  }
  if (earlier.engine !== undefined) {
    endOrphan(earlier.engine, 'dynamo');
    endOrphan(earlier.engine, 'dynoxide');
  }
  if (earlier.userPool !== undefined) {
    endOrphan(earlier.userPool, 'cognito-local');
  }
  removeInstance(dataDir);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const { env } = process;
  const port = readPort(env);
  const dataDir = dataDirOf(port, env);
  await checkPortIsFree(port);
  await clearLeftovers(dataDir);
  if (values.fresh === true) {
    beginAnew(dataDir);
  }
  const running: { guidon?: RunningGuidon } = {};
  endOnSignals(dataDir, running);
  const guidon = await startGuidon({
    port,
    dataDir,
    assemblyDir: env['GUIDON_ASSEMBLY_DIR'],
    dynamodbEndpoint: env['DYNAMODB_ENDPOINT'],
    engineKind: env['GUIDON_ENGINE'],
    ttlDelayMs: readDelay(env['GUIDON_TTL_DELAY_MS']),
    progress: (line) => {
      console.log(line);
    },
  });
  running.guidon = guidon;
  console.log(`Guidon is ready on ${guidon.url}`);
  console.log(`The API as a page: ${guidon.url}${DOCS_PATH}`);
  console.log('A token: npm run --silent token -- admin@example.com (or viewer@, alice@, bob@example.com)');
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
