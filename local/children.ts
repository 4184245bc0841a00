import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 20_000;
const PROBE_EVERY_MS = 20;
const STOP_WITHIN_MS = 1_500;

const children = new Set<ChildProcess>();

// whatever ends this process, its children end with it
process.once('exit', () => {
  children.forEach((child) => child.kill('SIGKILL'));
});

/** Has a process end with this one, however this one ends. */
export const endWithThis = (child: ChildProcess): void => {
  children.add(child);
  child.once('exit', () => children.delete(child));
};

/** A port of 127.0.0.1 that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });

/** Starts a program whose output goes to a file, and waits until `isReady`. */
export const startChild = async (
  command: string,
  parameters: readonly string[],
  options: SpawnOptions & { logFile: string; isReady: () => Promise<boolean> },
): Promise<ChildProcess> => {
  const { logFile, isReady, ...rest } = options;
  const child = spawn(command, parameters, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  endWithThis(child);
  let ending: string | undefined;
  child.once('error', (error) => (ending = error.message));
  child.once('exit', (code) => (ending ??= `it ended with ${code}`));
  const until = Date.now() + READY_WITHIN_MS;
  while (!(await isReady().catch(() => false))) {
    if (ending !== undefined || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${command} did not start: ${ending ?? 'it did not answer in time'}; see ${logFile}`);
    }
    await sleep(PROBE_EVERY_MS);
  }
  return child;
};

/** Asks a process to end, and insists after `withinMs`. */
export const stopChild = async (child: ChildProcess, withinMs = STOP_WITHIN_MS): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await ended;
  clearTimeout(timer);
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** How a process was called; empty where it is gone, or the system has no /proc. */
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

/** Ends a process of an earlier run that was killed before it could; the words guard against a reused id. */
export const endOrphan = (pid: number, ...words: readonly string[]): boolean => {
  const command = commandOf(pid);
  const isOne = words.every((word) => command.includes(word));
  try {
    return isOne && process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended, or is somebody else's: then the start says what is wrong
    return false;
  }
};

/** Ends what was called with all of these words: a start that was killed has not written down what it started. */
export const endOrphans = async (...words: readonly string[]): Promise<void> => {
  const names = existsSync('/proc') ? readdirSync('/proc') : [];
  const pids = names.map(Number).filter((pid) => pid > 0);
  for (const pid of pids.filter((each) => endOrphan(each, ...words))) {
    while (isAlive(pid)) {
      await sleep(PROBE_EVERY_MS);
    }
  }
};
