import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, stopChild } from '../../local/children';
import { readInstance } from '../../local/instance-file';
import { machineToken } from '../../local/machine-token';
import { signIn } from '../../local/sign-in';
import { expectDocumented } from './documented';
import { readDeployedStack, readFunctionLogs } from './deployed-stack';
import { isDeployed } from './targets';
import { stopAtTheEnd } from './left-running';

const READY_WITHIN_MS = 120_000;
// a runner writes down what it ran of every bundle
const STOP_WITHIN_MS = 60_000;
const root = join(__dirname, '..', '..');
const tsx = ['--import', 'tsx'];

export type DemoUser = 'admin' | 'viewer' | 'alice' | 'bob';
export const DEMO_USERS: readonly DemoUser[] = ['admin', 'viewer', 'alice', 'bob'];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where there is none. */
  readonly body: any;
}

export interface RequestOptions {
  readonly as?: DemoUser | undefined;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GuidonInstance {
  readonly url: string;
  /** Where the laptop runner keeps its data; empty for a deployed stack. */
  readonly dataDir: string;
  /** What the laptop runner has printed. */
  readonly output: string;
  readonly tokens: Readonly<Record<DemoUser, string>>;
  /** The `sub` of each demo user. */
  readonly ids: Readonly<Record<DemoUser, string>>;
  readonly functionLog: () => Promise<string>;
  /** With all scopes, by client credentials. */
  readonly machineToken: () => Promise<string>;
  call(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export const subOf = (token: string): string => {
  const [, payload = ''] = token.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub;
};

const whenReady = (child: ChildProcess, readOutput: () => string): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`Guidon ${why}:\n${readOutput()}`));
    };
    const timer = setTimeout(() => {
      fail('was not ready in time');
    }, READY_WITHIN_MS);
    child.stdout?.on('data', () => {
      if (/ready on http:\/\//.test(readOutput())) {
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('exit', (code) => {
      fail(`ended with ${code}`);
    });
  });

const textOf = (body: unknown): string | undefined =>
  body === undefined || typeof body === 'string' ? body : JSON.stringify(body);

const callOn =
  (url: string, tokens: Readonly<Record<DemoUser, string>>) =>
  async (method: string, path: string, options: RequestOptions = {}): Promise<Answer> => {
    const token = options.token ?? (options.as && tokens[options.as]);
    const body = textOf(options.body);
    const sent = new Headers({
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    });
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      sent.set(name, value);
    }
    const response = await fetch(`${url}${path}`, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body }),
    });
    const { status, headers } = response;
    const text = await response.text();
    expectDocumented({
      method,
      path,
      sent: { mediaType: sent.get('content-type'), body },
      status,
      headers,
      text,
    });
    const isJson = headers.get('content-type')?.includes('json') ?? false;
    return { status, headers, text, body: isJson && text !== '' ? JSON.parse(text) : undefined };
  };

export interface StartOptions {
  /** @default - a folder of its own */
  readonly dataDir?: string;
  /** Further variables of the laptop runner. */
  readonly environment?: Record<string, string>;
}

/** A laptop runner that was started for tests: what may be told to another process. */
export interface Runner {
  readonly url: string;
  readonly dataDir: string;
  readonly tokens: Readonly<Record<DemoUser, string>>;
  readonly machineToken: string;
}

/** Names the address that starts the runner all suites share, when it is first asked, and describes it. */
export const SHARED_RUNNER = 'GUIDON_SHARED_RUNNER';

/**
 * The instance that all suites share, be it on the laptop or deployed: flags and users that a suite changes are its
 * own. It is there until the last suite has ended.
 */
export const useGuidon = async (): Promise<GuidonInstance> => {
  if (isDeployed()) {
    return attach();
  }
  const answer = await fetch(process.env[SHARED_RUNNER] ?? '');
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
  return { ...instanceOf((await answer.json()) as Runner), stop: async () => undefined };
};

const attach = (): GuidonInstance => {
  const stack = readDeployedStack();
  return {
    url: stack.url,
    dataDir: '',
    output: '',
    tokens: stack.tokens,
    ids: stack.ids,
    functionLog: () => readFunctionLogs(stack),
    machineToken: async () => stack.machineToken,
    call: callOn(stack.url, stack.tokens),
    stop: async () => undefined,
  };
};

const instanceOf = (runner: Runner): Omit<GuidonInstance, 'stop'> => ({
  ...runner,
  output: '',
  ids: perUser((user) => subOf(runner.tokens[user])),
  functionLog: async () => readFileSync(join(runner.dataDir, 'functions.log'), 'utf8'),
  machineToken: async () => runner.machineToken,
  call: callOn(runner.url, runner.tokens),
});

const perUser = <Value>(valueOf: (user: DemoUser) => Value): Record<DemoUser, Value> =>
  Object.fromEntries(DEMO_USERS.map((user) => [user, valueOf(user)])) as Record<DemoUser, Value>;

/** As `npm run token` signs in, without a process for each user. */
const tokensOf = async (dataDir: string): Promise<Pick<Runner, 'tokens' | 'machineToken'>> => {
  const instance = readInstance(dataDir);
  if (instance?.machine === undefined) {
    throw new Error(`no instance with a client for machines has written itself down in ${dataDir}`);
  }
  const signedIn = await Promise.all(DEMO_USERS.map((user) => signIn(instance, `${user}@example.com`)));
  return {
    tokens: perUser((user) => signedIn[DEMO_USERS.indexOf(user)] ?? ''),
    machineToken: await machineToken(instance.machine),
  };
};

/** Starts the product as `npm start` does, on a port and data folder of its own. */
export const startGuidon = async (options: StartOptions = {}): Promise<GuidonInstance> => {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'guidon-'));
  const environment = {
    ...process.env,
    PORT: String(await freePort()),
    GUIDON_DATA_DIR: dataDir,
    ...(process.env['GUIDON_COVERAGE_DIR'] && { NODE_V8_COVERAGE: process.env['GUIDON_COVERAGE_DIR'] }),
    ...options.environment,
  };
  const child = spawn(process.execPath, [...tsx, 'local/start.ts'], {
    cwd: root,
    env: environment,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const stop = stopAtTheEnd(async () => {
    await stopChild(child, STOP_WITHIN_MS);
    if (options.dataDir === undefined) {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
  await whenReady(child, () => output);
  const runner = { url: `http://127.0.0.1:${environment.PORT}`, dataDir, ...(await tokensOf(dataDir)) };
  return {
    ...instanceOf(runner),
    get output() {
      return output;
    },
    stop,
  };
};

/** Asks until the answer satisfies `check` or the time is over; caches and audit log follow behind a write. */
export const eventually = async <Result>(
  ask: () => Promise<Result>,
  check: (result: Result) => void,
  withinMs = 60_000,
): Promise<Result> => {
  const until = Date.now() + withinMs;
  for (;;) {
    const result = await ask();
    try {
      check(result);
      return result;
    } catch (error) {
      if (Date.now() > until) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};
