import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cdkOn, deleteStack, describeStack } from './cdk';
import { choosePort, type Emulator, installEmulator, startEmulator } from './emulator';
import { added, describeInventory, kindsWithout, takeInventory } from './leftovers';
import { endAllGroups } from './process-groups';
import { checkPython } from './python';
import { runSuite } from './suite';

/** `npm run test:deploy`: deploys to an emulator of AWS, tests what is deployed, and takes it away again. */

const ALL_WITHIN_MS = 600_000;

const step = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
  const startedAt = Date.now();
  const result = await work();
  console.log(`${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
};

const must = (isSo: boolean, sentence: string): void => {
  if (!isSo) {
    throw new Error(sentence);
  }
};

const deployAndTest = async ({ endpoint, signingKeyFile }: Emulator, folder: string): Promise<void> => {
  const cdk = cdkOn(endpoint, folder);
  await step('bootstrapped', cdk.bootstrap);
  const before = await takeInventory(endpoint);
  const outputs = await step('deployed', cdk.deploy);
  const ours = added(before, await takeInventory(endpoint));
  must(kindsWithout(ours).length === 0, `nothing was deployed of: ${kindsWithout(ours).join(', ')}`);

  await step('tested', () =>
    runSuite({ endpoint, signingKeyFile, outputs, logGroups: ours['log groups'] }, folder),
  );

  const deployed = await describeStack(endpoint);
  await step('nothing differs (cdk diff --fail)', cdk.diff);
  const again = await step('deployed again', cdk.deployAgain);
  must(again.includes('(no changes)'), `the second deployment does not say "(no changes)":\n${again}`);
  const { changedAt } = await describeStack(endpoint);
  must(changedAt === deployed.changedAt, `the second deployment changed the stack, at ${changedAt}`);

  const retained = cdk.retained();
  must(retained.length === 0, `the deleted stack would leave behind: ${retained.join(', ')}`);
  await step('deleted', () => deleteStack(endpoint));
  const left = describeInventory(added(before, await takeInventory(endpoint)));
  must(left === '', `the deleted stack left behind:\n${left}`);
};

/** What the commands printed, for whoever wants to know more than the last lines of an error. */
const logs = join(__dirname, '..', '..', 'build', 'deploy');

const main = async (dataDir: string): Promise<void> => {
  checkPython();
  const port = await choosePort(process.env['GUIDON_EMULATOR_PORT']);
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const program = await step('emulator installed', () => installEmulator(join(logs, 'install.log')));
  const emulator = await step('emulator started', () =>
    startEmulator({ program, port, dataDir, logFile: join(logs, 'emulator.log') }),
  );
  await deployAndTest(emulator, logs);
};

/** Rejects on a signal and when the time for everything is over. */
const interruption = (): Promise<never> =>
  new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // asked twice, it does not ask the programs any more: what is left at the exit is killed
      process.on(signal, () => {
        if (process.exitCode !== undefined) {
          process.exit();
        }
        process.exitCode = 128 + constants.signals[signal];
        reject(new Error(`Ended by ${signal}.`));
      });
    }
    setTimeout(() => {
      reject(new Error(`Not done within ${ALL_WITHIN_MS / 1000} s.`));
    }, ALL_WITHIN_MS).unref();
  });

const dataDir = mkdtempSync(join(tmpdir(), 'guidon-deploy-'));
const interrupted = interruption();
Promise.race([main(dataDir), interrupted])
  .then(() => {
    console.log('What is in this folder can be deployed, works, and can be taken away.');
  })
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode ??= 1;
  })
  .finally(async () => {
    await endAllGroups();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit();
  });
