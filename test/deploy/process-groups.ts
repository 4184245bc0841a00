import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TAIL_LINES = 40;
const STOP_WITHIN_MS = 5_000;
const PROBE_EVERY_MS = 50;

interface GroupOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Takes the output; without it the output is this process's own. */
  readonly logFile?: string;
}

const groups = new Set<number>();
let isEnding = false;

/** True while any process of the group lives. */
const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
};

// whatever ends this process, what it started ends with it
process.once('exit', () => {
  groups.forEach((pid) => signalGroup(pid, 'SIGKILL'));
});

/** Starts a program as the head of a group of its own, so that whatever it starts ends with it. */
export const startGroup = (
  command: string,
  parameters: readonly string[],
  { env, cwd, logFile }: GroupOptions,
): ChildProcess => {
  if (isEnding) {
    throw new Error(`${command} is not started any more: everything is being ended`);
  }
  const log = logFile === undefined ? undefined : openSync(logFile, 'a');
  const output = log ?? 'inherit';
  const child = spawn(command, parameters, {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', output, output],
  });
  if (log !== undefined) {
    closeSync(log);
  }
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    child.once('exit', () => {
      signalGroup(pid, 'SIGKILL');
      groups.delete(pid);
    });
  }
  return child;
};

/** Undefined when it ended well, else how it ended. */
const endingOf = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => {
      resolve(`could not be started: ${message}`);
    });
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${code ?? signal}`);
    });
  });

export const tailOf = (logFile: string): string =>
  readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');

interface RunOptions extends GroupOptions {
  /** What the program is doing, for the error. */
  readonly doing: string;
  readonly withinMs: number;
}

/** Runs a program to its good end; any other is an error with the last lines of its output. */
export const run = async (
  command: string,
  parameters: readonly string[],
  { doing, withinMs, ...options }: RunOptions,
): Promise<void> => {
  const child = startGroup(command, parameters, options);
  const ending = endingOf(child);
  const timer = new AbortController();
  const late = sleep(withinMs, `took longer than ${withinMs / 1000} s`, { signal: timer.signal });
  late.catch(() => undefined);
  const problem = await Promise.race([ending, late]);
  timer.abort();
  await endGroup(child);
  if (problem !== undefined) {
    const tail = options.logFile === undefined ? '' : `:\n${tailOf(options.logFile)}`;
    throw new Error(`${doing} ${problem}${tail}`);
  }
};

/** Ends a group: asks first, and insists after a while. */
const endPid = async (pid: number): Promise<void> => {
  signalGroup(pid, 'SIGTERM');
  const until = Date.now() + STOP_WITHIN_MS;
  while (signalGroup(pid, 0) && Date.now() < until) {
    await sleep(PROBE_EVERY_MS);
  }
  signalGroup(pid, 'SIGKILL');
  groups.delete(pid);
};

export const endGroup = async ({ pid }: ChildProcess): Promise<void> => {
  if (pid !== undefined && groups.has(pid)) {
    await endPid(pid);
  }
};

/** Ends all groups, and lets no other begin. */
export const endAllGroups = async (): Promise<void> => {
  isEnding = true;
  await Promise.all([...groups].map(endPid));
};
