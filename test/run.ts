import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkCoverage } from './support/coverage';
import { root, runJest } from './support/run-jest';

/** `npm test` runs everything and checks the coverage; `npm test -- <jest parameters>` runs what they say. */
const coverageDir = join(root, 'coverage');

const runWhole = async (): Promise<number> => {
  const code = await runJest(['--coverage', '--silent'], {
    GUIDON_COVERAGE_DIR: join(coverageDir, 'bundles'),
  });
  return code === 0 && !checkCoverage(root) ? 1 : code;
};

const main = async (parameters: readonly string[]): Promise<void> => {
  rmSync(coverageDir, { recursive: true, force: true });
  process.exitCode = parameters.length > 0 ? await runJest(parameters) : await runWhole();
};

void main(process.argv.slice(2));
