import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { offerSharedRunner } from './shared-runner';
import { isDeployed } from './targets';

const root = join(__dirname, '..', '..');

/** Bundles the functions and synthesises the stack once: every test that needs them uses these. */
const setUp = async (): Promise<void> => {
  if (isDeployed()) {
    return;
  }
  const assembly = join(root, 'build', 'test-assembly');
  process.env['GUIDON_ASSEMBLY_DIR'] = assembly;
  execFileSync(process.execPath, ['--import', 'tsx', 'bin/guidon.ts'], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' },
    stdio: 'pipe',
  });
  await offerSharedRunner();
};

export default setUp;
