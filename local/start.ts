import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { endOrphan, isAlive } from './children';
import { startGuidon } from './guidon';
import { dataDirOf, readInstance, readPort, removeInstance } from './instance-file';

const HELP = `npm start -- [--fresh]

Runs Guidon on this machine with demo data, at http://127.0.0.1:3000.

  --fresh   begin anew: throw away what earlier starts on this port left
  --help    this text

  PORT=4000              another port; each port has data of its own, under .guidon/<port>
  DYNAMODB_ENDPOINT=…    a DynamoDB that runs already, instead of the embedded engine
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

/** Clears away what a run that was killed has left behind. */
const clearLeftovers = (dataDir: string): void => {
  const earlier = readInstance(dataDir);
  if (earlier === undefined) {
    return;
  }
  if (earlier.pid !== process.pid && isAlive(earlier.pid)) {
    throw new Error(`Another instance (process ${earlier.pid}) uses ${dataDir}.`);
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
  clearLeftovers(dataDir);
  if (values.fresh === true) {
    rmSync(dataDir, { recursive: true, force: true });
  }
  const guidon = await startGuidon({
    port,
    dataDir,
    assemblyDir: env['GUIDON_ASSEMBLY_DIR'],
    dynamodbEndpoint: env['DYNAMODB_ENDPOINT'],
    ttlDelayMs: env['GUIDON_TTL_DELAY_MS'] === undefined ? undefined : Number(env['GUIDON_TTL_DELAY_MS']),
    progress: (line) => {
      console.log(line);
    },
  });
  console.log(`Guidon is ready on ${guidon.url}`);
  console.log('A token: npm run --silent token -- admin@example.com (or viewer@, alice@, bob@example.com)');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void guidon.stop().finally(() => {
        removeInstance(dataDir);
        process.exit(0);
      });
    });
  }
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
