import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkCoverage } from './support/coverage';

/** `npm test` runs everything and checks the coverage; `npm test -- <jest parameters>` runs what they say. */
const root = join(__dirname, '..');
const coverageDir = join(root, 'coverage');
const parameters = process.argv.slice(2);
const isWhole = parameters.length === 0;

rmSync(coverageDir, { recursive: true, force: true });
const jest = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...(isWhole ? ['--coverage', '--silent'] : parameters),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(isWhole && { GUIDON_COVERAGE_DIR: join(coverageDir, 'bundles') }) },
  },
);
if (jest.status !== 0) {
  process.exit(jest.status ?? 1);
}
if (isWhole && !checkCoverage(root)) {
  process.exitCode = 1;
}
