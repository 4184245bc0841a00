import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

describe('npm run test:dynamodb-local', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guidon-java-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** With no other program on the path than what lies in the folder. */
  const runIt = () =>
    spawnSync(process.execPath, ['--import', 'tsx', 'test/run-dynamodb-local.ts'], {
      cwd: root,
      env: { ...process.env, PATH: folder },
      encoding: 'utf8',
    });

  const SENTENCE = 'DynamoDB Local needs Java 17 or newer: install one and put its `java` on the PATH.\n';

  it('says in one sentence what to do where there is no Java', () => {
    expect(runIt()).toMatchObject({ status: 1, stdout: '', stderr: SENTENCE });
  });

  it('and where the Java is too old', () => {
    const script = '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n';
    writeFileSync(join(folder, 'java'), script, { mode: 0o755 });
    expect(runIt()).toMatchObject({ status: 1, stdout: '', stderr: SENTENCE });
  });
});
