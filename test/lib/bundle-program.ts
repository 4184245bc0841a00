import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../lib/bundle-functions';

/** Bundles a program as a function is bundled and looks at the bundle, which is gone behind it. */
export const withBundle = async <Result>(
  program: string,
  look: (bundle: string) => Result | Promise<Result>,
): Promise<Result> => {
  const dir = mkdtempSync(join(tmpdir(), 'guidon-lean-'));
  try {
    const entry = join(dir, 'program');
    writeFileSync(`${entry}.ts`, program);
    await bundleFunctions({ outDir: join(dir, 'out'), functions: [{ name: 'program', entry }] });
    return await look(join(dir, 'out', 'program', 'index.mjs'));
  } finally {
    rmSync(dir, { recursive: true });
  }
};
