import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleFunctions } from '../lib/bundle-functions';
import type { ContenderName } from './cases';
import type { Bundles } from './measure';

const INSTALLED = join(__dirname, 'node_modules', '.package-lock.json');
const LOCK = join(__dirname, 'package-lock.json');

/** The packages of the peers, which nothing else needs, as the lock file of this folder says. */
export const installPeers = (tell: (progress: string) => void): void => {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) {
    return;
  }
  tell('installing the packages that Guidon is compared with into bench/node_modules; npm says:');
  const { status } = spawnSync('npm', ['ci', '--prefix', __dirname, '--ignore-scripts'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    throw new Error('the packages of the peers could not be installed: npm ci --prefix bench failed');
  }
};

/** Guidon is bundled as its functions are; peers run from their packages as npm has them. */
export const bundleContenders = async (names: readonly ContenderName[]): Promise<Bundles> => {
  const deployed = join(__dirname, 'build', 'deployed');
  const others = join(__dirname, 'build', 'others');
  await bundleFunctions({
    outDir: deployed,
    functions: [{ name: 'guidon', entry: '../bench/contenders/guidon' }],
  });
  await build({
    entryPoints: names
      .filter((name) => name !== 'guidon')
      .map((name) => join(__dirname, 'contenders', `${name}.ts`)),
    outdir: others,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return new Map(
    names.map((name) => [
      name,
      name === 'guidon' ? join(deployed, name, 'index.mjs') : join(others, `${name}.mjs`),
    ]),
  );
};
