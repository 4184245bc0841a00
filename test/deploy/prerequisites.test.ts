import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../local/children';
import { startEmulator } from './emulator';
import { endAllGroups } from './process-groups';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guidon-prerequisites-'));
});
afterAll(async () => {
  await endAllGroups();
  rmSync(folder, { recursive: true, force: true });
});

const script = (name: string, ...lines: string[]): string => {
  const file = join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines].join('\n'));
  chmodSync(file, 0o755);
  return file;
};

const testDeploy = (environment: Record<string, string>) =>
  run(process.execPath, ['--import', 'tsx', 'test/deploy/run.ts'], {
    cwd: root,
    env: { ...process.env, ...environment },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );

/** It says this and nothing else, and has started nothing. */
const expectSentence = async (environment: Record<string, string>, sentence: string) => {
  expect(await testDeploy(environment)).toMatchObject({ code: 1, stdout: '', stderr: `${sentence}\n` });
};

const NEEDED = 'npm run test:deploy runs an emulator that needs Python 3.10 or newer';

describe('npm run test:deploy says in a sentence', () => {
  it('that there is no Python', () =>
    expectSentence({ PATH: folder }, `${NEEDED}: there is no python3 that runs on the PATH.`));

  it('that Python is too old', async () => {
    const old = script('python3', 'echo 3.9');
    await expectSentence({ PATH: folder }, `${NEEDED}: python3 on the PATH is 3.9.`);
    rmSync(old);
  });

  it('that Python lacks venv and pip', async () => {
    const bare = script('python3', 'case "$2" in *version*) echo 3.12;; *) exit 1;; esac');
    await expectSentence(
      { PATH: folder },
      `${NEEDED} with venv and pip: this python3 lacks them; on Debian, install python3-venv.`,
    );
    rmSync(bare);
  });

  it('that the port is in use, or none', async () => {
    const python = script('python3', 'echo 3.12');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expectSentence(
      { PATH: folder, GUIDON_EMULATOR_PORT: String(port) },
      `Port ${port} of 127.0.0.1 is in use: stop what listens there, or set another GUIDON_EMULATOR_PORT.`,
    );
    server.close();
    await expectSentence(
      { PATH: folder, GUIDON_EMULATOR_PORT: '99999' },
      'GUIDON_EMULATOR_PORT is a number from 1 to 65535, not "99999".',
    );
    rmSync(python);
  });
});

describe('an emulator that does not become ready', () => {
  const start = async (name: string, ...lines: string[]) =>
    startEmulator({
      program: script(name, ...lines),
      port: await freePort(),
      dataDir: folder,
      logFile: join(folder, `${name}.log`),
      readyWithinMs: 1_000,
    });

  it('is ended with all it started, and its last lines are shown', async () => {
    const pidFile = join(folder, 'child.pid');
    await expect(
      start('slow', 'echo still booting', 'sleep 600 &', `echo $! > ${pidFile}`, 'wait'),
    ).rejects.toThrow(/did not become ready: it did not answer .* within 1 s.*\nstill booting$/);
    const { stdout } = await run('cat', [pidFile]);
    expect(() => process.kill(Number(stdout), 0)).toThrow('ESRCH');
  });

  it('is not waited for when it has ended', async () => {
    await expect(start('broken', 'echo no such option', 'exit 3')).rejects.toThrow(
      /did not become ready: it ended with 3.*\nno such option$/,
    );
  });
});
