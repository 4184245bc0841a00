import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, stopChild } from '../../local/children';
import { expectDocumented } from './documented';
import { readDeployedStack, readFunctionLogs } from './deployed-stack';
import { isDeployed } from './targets';
import { stopAtTheEnd } from './left-running';

const run = promisify(execFile);

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
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

const printToken = async (whose: string, environment: NodeJS.ProcessEnv): Promise<string> => {
  const { stdout } = await run(process.execPath, [...tsx, 'local/token.ts', whose], {
    cwd: root,
    env: environment,
  });
  return stdout.trim().split('\n').at(-1) ?? '';
};

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

interface StartOptions {
  /** @default - a folder of its own */
  readonly dataDir?: string;
  /** Further variables of the laptop runner; a deployed stack has none. */
  readonly environment?: Record<string, string>;
}

/** An instance of its own on the laptop. Where a stack is deployed, all suites share that one. */
export const startGuidon = (options: StartOptions = {}): Promise<GuidonInstance> =>
  isDeployed() ? attach() : startRunner(options);

const attach = async (): Promise<GuidonInstance> => {
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

/** Starts the product as `npm start` does, on a port and data folder of its own. */
const startRunner = async (options: StartOptions): Promise<GuidonInstance> => {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'guidon-'));
  const environment = {
    ...process.env,
    PORT: String(await freePort()),
    GUIDON_DATA_DIR: dataDir,
    ...(process.env['GUIDON_COVERAGE_DIR'] && { NODE_V8_COVERAGE: process.env['GUIDON_COVERAGE_DIR'] }),
    ...options.environment,
  };
  const child = spawn(process.execPath, [...tsx, 'local/start.ts'], { cwd: root, env: environment });
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
  const tokens = Object.fromEntries(
    await Promise.all(
      DEMO_USERS.map(async (user) => [user, await printToken(`${user}@example.com`, environment)] as const),
    ),
  ) as Record<DemoUser, string>;
  const url = `http://127.0.0.1:${environment.PORT}`;
  return {
    url,
    dataDir,
    get output() {
      return output;
    },
    tokens,
    ids: Object.fromEntries(DEMO_USERS.map((user) => [user, subOf(tokens[user])])) as Record<
      DemoUser,
      string
    >,
    functionLog: async () => readFileSync(join(dataDir, 'functions.log'), 'utf8'),
    machineToken: () => printToken('--machine', environment),
    call: callOn(url, tokens),
    stop,
  };
};

/** Asks until the answer satisfies `check` or the time is over; caches and audit log follow behind a write. */
export const eventually = async <Result>(
  ask: () => Promise<Result>,
  check: (result: Result) => void,
  withinMs = 30_000,
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
