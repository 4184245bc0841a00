import { execFileSync } from 'node:child_process';

const LEAST = [3, 10] as const;
const NEEDED = `npm run test:deploy runs an emulator that needs Python ${LEAST.join('.')} or newer`;

const ask = (program: string): string =>
  execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: 'pipe', timeout: 20_000 }).trim();

const versionOf = (): string => {
  try {
    return ask('import sys; print("%d.%d" % sys.version_info[:2])');
  } catch (error) {
    throw new Error(`${NEEDED}: there is no python3 that runs on the PATH.`, { cause: error });
  }
};

/** Throws a sentence for people where Python, venv or pip are missing. */
export const checkPython = (): void => {
  const version = versionOf();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
    throw new Error(`${NEEDED}: python3 on the PATH is ${version}.`);
  }
  try {
    ask('import venv, ensurepip');
  } catch (error) {
    throw new Error(
      `${NEEDED} with venv and pip: this python3 lacks them; on Debian, install python3-venv.`,
      { cause: error },
    );
  }
};
