import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeDeployedStack } from '../support/deployed-stack';
import { subOf, type DemoUser, DEMO_USERS } from '../support/guidon-instance';
import { DEPLOYED, LAPTOP_FILES, LAPTOP_ONLY } from '../support/targets';
import type { Outputs } from './cdk';
import { run } from './process-groups';
import { signInDemoUsers, signInMachine } from './users';

const root = join(__dirname, '..', '..');
const SUITE_WITHIN_MS = 300_000;

const ResultsSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ title: z.string(), status: z.string() })) }),
  ),
});

interface Stack {
  readonly endpoint: string;
  /** Of the user pools. */
  readonly signingKeyFile: string;
  readonly outputs: Outputs;
  /** Of the functions. */
  readonly logGroups: readonly string[];
}

const forEachUser = <Value>(valueOf: (user: DemoUser) => Value): Record<DemoUser, Value> =>
  Object.fromEntries(DEMO_USERS.map((user) => [user, valueOf(user)])) as Record<DemoUser, Value>;

/** The address is the emulator's own: the names that it gives to APIs resolve on few machines. */
const urlOf = (endpoint: string, { ApiUrl }: Outputs): string => {
  const [apiId = ''] = new URL(ApiUrl).hostname.split('.');
  return `${endpoint}/_aws/execute-api/${apiId}/$default`;
};

const describeStackTo = async (
  file: string,
  { endpoint, signingKeyFile, outputs, logGroups }: Stack,
): Promise<void> => {
  const pool = { endpoint, userPoolId: outputs.UserPoolId };
  const signedIn = await signInDemoUsers({ ...pool, clientId: outputs.UserPoolClientId });
  const tokens = forEachUser((user) => signedIn[user] ?? '');
  writeDeployedStack(file, {
    endpoint,
    url: urlOf(endpoint, outputs),
    tokens,
    ids: forEachUser((user) => subOf(tokens[user])),
    machineToken: await signInMachine({ ...pool, clientId: outputs.MachineClientId }, signingKeyFile),
    logGroups: [...logGroups],
  });
};

/** Names what did not run and why; throws where a reason has outlived what it was for. */
const reportSkipped = (resultsFile: string): void => {
  const { testResults, numPassedTests } = ResultsSchema.parse(JSON.parse(readFileSync(resultsFile, 'utf8')));
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed')
    .map(({ title }) => title);
  const missing = Object.keys(LAPTOP_FILES).filter((name) => !existsSync(join(root, 'test', 'e2e', name)));
  const unused = Object.values(LAPTOP_ONLY).filter(
    (reason) => !skipped.some((title) => title.includes(reason)),
  );
  const unexplained = skipped.filter(
    (title) => !Object.values(LAPTOP_ONLY).some((reason) => title.includes(reason)),
  );
  const wrong = [...missing, ...unused, ...unexplained];
  if (wrong.length > 0) {
    throw new Error(`test/support/targets.ts does not say what was skipped: ${wrong.join('; ')}`);
  }
  console.log(`${numPassedTests} tests passed. Not for a deployed stack:`);
  Object.entries(LAPTOP_FILES).forEach(([name, reason]) => {
    console.log(`  ${name}: ${reason}`);
  });
  skipped.forEach((title) => {
    console.log(`  ${title}`);
  });
};

/** Runs the end-to-end tests of the laptop runner against the deployed stack. */
export const runSuite = async (stack: Stack, folder: string): Promise<void> => {
  const file = join(folder, 'deployed-stack.json');
  const resultsFile = join(folder, 'results.json');
  await describeStackTo(file, stack);
  const jest = [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    'test/e2e/',
    '--runInBand',
    ...Object.keys(LAPTOP_FILES).map((name) => `--testPathIgnorePatterns=/${name}$`),
    ...['--json', `--outputFile=${resultsFile}`],
  ];
  await run(process.execPath, jest, {
    doing: 'The suite',
    env: { ...process.env, [DEPLOYED]: file },
    cwd: root,
    withinMs: SUITE_WITHIN_MS,
  });
  reportSkipped(resultsFile);
};
