import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

/** Runs jest to its end; answers its exit code. */
export const runJest = (
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<number> => {
  const jest = spawn(
    process.execPath,
    [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...parameters],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } },
  );
  // else it would go on, and its engines with it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => jest.kill(signal));
  }
  return new Promise((resolve, reject) => {
    jest.once('error', reject).once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
};
