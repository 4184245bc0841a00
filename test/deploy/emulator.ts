import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/children';
import { endGroup, run, startGroup, tailOf } from './process-groups';

const root = join(__dirname, '..', '..');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const FOLDER = join(root, '.emulator');
const INSTALL_WITHIN_MS = 180_000;
const READY_WITHIN_MS = 30_000;
const PROBE_EVERY_MS = 50;

const checkPortIsFree = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', () => {
      reject(
        new Error(
          `Port ${port} of 127.0.0.1 is in use: stop what listens there, or set another GUIDON_EMULATOR_PORT.`,
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(port);
      });
    });
  });

/** The port of GUIDON_EMULATOR_PORT, or any that is free. Throws a sentence for people where it is none to use. */
export const choosePort = async (text = ''): Promise<number> => {
  if (text === '') {
    return freePort();
  }
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new Error(`GUIDON_EMULATOR_PORT is a number from 1 to 65535, not "${text}".`);
  }
  return checkPortIsFree(port);
};

/** Installs the emulator below the project, unless what is there already is what is asked for. Gives its program. */
export const installEmulator = async (logFile: string): Promise<string> => {
  const installed = join(FOLDER, 'installed.txt');
  const program = join(FOLDER, 'bin', 'ministack');
  const isThere =
    existsSync(program) &&
    existsSync(installed) &&
    readFileSync(installed, 'utf8') === readFileSync(REQUIREMENTS, 'utf8');
  if (!isThere) {
    const options = { env: process.env, logFile, withinMs: INSTALL_WITHIN_MS };
    rmSync(FOLDER, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', FOLDER], { ...options, doing: 'Making a Python environment' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    await run(join(FOLDER, 'bin', 'python'), pip, { ...options, doing: 'Installing the emulator by pip' });
    copyFileSync(REQUIREMENTS, installed);
  }
  return program;
};

interface EmulatorOptions {
  readonly program: string;
  readonly port: number;
  /** For all that it writes. */
  readonly dataDir: string;
  readonly logFile: string;
  /** @default 30 s */
  readonly readyWithinMs?: number;
}

const environmentOf = (port: number, dataDir: string): NodeJS.ProcessEnv => {
  const inside = (name: string): string => {
    mkdirSync(join(dataDir, name), { recursive: true });
    return join(dataDir, name);
  };
  return {
    PATH: process.env['PATH'],
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    LAMBDA_EXECUTOR: 'local',
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    S3_DATA_DIR: inside('s3'),
    STATE_DIR: inside('state'),
    HOME: inside('home'),
    TMPDIR: inside('tmp'),
    // functions of the CDK itself take the SDK from where Lambda would have it
    NODE_PATH: join(root, 'node_modules'),
    // a deprecation warning is no line of a function's log
    NODE_NO_WARNINGS: '1',
  };
};

const isReady = (endpoint: string): Promise<boolean> =>
  fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

export interface Emulator {
  readonly endpoint: string;
  readonly pid: number | undefined;
  /** The private key of its user pools (PEM). */
  readonly signingKeyFile: string;
}

/** Starts the emulator on loopback and waits until it answers. */
export const startEmulator = async (options: EmulatorOptions): Promise<Emulator> => {
  const { program, port, dataDir, logFile, readyWithinMs = READY_WITHIN_MS } = options;
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = startGroup(program, [], { env: environmentOf(port, dataDir), cwd: dataDir, logFile });
  let ending: string | undefined;
  emulator.once('error', ({ message }) => (ending = `it could not be started: ${message}`));
  emulator.once('exit', (code, signal) => (ending ??= `it ended with ${code ?? signal}`));
  const until = Date.now() + readyWithinMs;
  while (!(await isReady(endpoint))) {
    if (ending !== undefined || Date.now() > until) {
      const why = ending ?? `it did not answer on ${endpoint} within ${readyWithinMs / 1000} s`;
      await endGroup(emulator);
      throw new Error(`The emulator did not become ready: ${why}. Its last lines:\n${tailOf(logFile)}`);
    }
    await sleep(PROBE_EVERY_MS);
  }
  const signingKeyFile = join(dataDir, 'state', 'cognito-rsa-key.pem');
  return { endpoint, pid: emulator.pid, signingKeyFile };
};
