import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../local/children';
import { type GuidonInstance, startGuidon, subOf, useGuidon } from '../support/guidon-instance';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

const command = (file: string, parameters: string[], environment: Record<string, string>) =>
  run(process.execPath, ['--import', 'tsx', file, ...parameters], {
    cwd: root,
    env: { ...process.env, ...environment },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'guidon-laptop-'));
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('npm start', () => {
  it('prints one ready line, brings demo flags, and finds its data again at the next start', async () => {
    const first = await startGuidon({ dataDir });
    expect(first.output.match(/ready on http:\/\/127\.0\.0\.1:\d+/g)).toHaveLength(1);
    expect(first.output).toContain('npm run --silent token -- admin@example.com');
    expect(first.output).toContain(`${first.url}/docs`);
    const page = await fetch(`${first.url}/docs`);
    expect(await page.text()).toContain('swagger-ui');
    const alice = await command('local/token.ts', ['alice@example.com'], {
      PORT: new URL(first.url).port,
      GUIDON_DATA_DIR: dataDir,
    });
    expect(subOf(alice.stdout.trim())).toBe(first.ids.alice);
    const body = { userId: first.ids.alice, overrideType: 'include' };
    await first.call('POST', '/api/admin/flags/new-checkout/users', { as: 'admin', body });
    await first.stop();

    const second = await startGuidon({ dataDir });
    expect(second.ids).toEqual(first.ids);
    const evaluated = await second.call('GET', '/api/config/flags', { as: 'alice' });
    expect(evaluated.body.flags).toMatchObject({ 'new-checkout': true, 'dark-mode': true });
    await expectAudit(second, ['override.added', 'flag.created']);
    await second.stop();
    // the stream was read on from where it had been left: nothing came twice, nothing was taken for tampering
    expect(readFileSync(join(dataDir, 'functions.log'), 'utf8')).not.toContain('change.unattributed');
  });

  it('says what is wrong with a port, and leaves nothing running', async () => {
    const running = await useGuidon();
    const taken = await command('local/start.ts', [], { PORT: new URL(running.url).port });
    expect(taken).toMatchObject({ code: 1 });
    expect(taken.stderr).toContain('is taken');
    const nonsense = await command('local/start.ts', [], { PORT: 'abc' });
    expect(nonsense).toMatchObject({ code: 1 });
    expect(nonsense.stderr).toContain('PORT is a number');
  });

  it('explains itself', async () => {
    expect((await command('local/start.ts', ['--help'], {})).stdout).toContain('--fresh');
  });
});

describe('npm run token', () => {
  it('explains itself, and says what is wrong', async () => {
    const nowhere = { PORT: String(await freePort()), GUIDON_DATA_DIR: join(dataDir, 'nowhere') };
    expect((await command('local/token.ts', ['--help'], {})).stdout).toContain('--access');
    const stopped = await command('local/token.ts', ['alice@example.com'], nowhere);
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(stopped.stderr).toContain('No instance runs');
    expect(await command('local/token.ts', ['--machine'], nowhere)).toMatchObject({ code: 1, stdout: '' });
  });
});

const expectAudit = async (guidon: GuidonInstance, events: string[]): Promise<void> => {
  const { body } = await guidon.call('GET', '/api/admin/audit?flagKey=new-checkout', { as: 'viewer' });
  expect(body.items.map(({ event }: { event: string }) => event)).toEqual(events);
};
