import { hasJava, LEAST_JAVA } from '../local/java';
import { runJest } from './support/run-jest';

/**
 * `npm run test:dynamodb-local` runs on DynamoDB Local every test that starts an engine, and the end-to-end tests that
 * go by what an engine does, not by who calls or what a command prints;
 * `npm run test:dynamodb-local -- <jest parameters>` runs what they say.
 */
const aboutTheEngine = [
  '--silent',
  // each has a Java virtual machine of its own
  '--maxWorkers=3',
  '--findRelatedTests',
  'test/support/engine.ts',
  ...['story', 'flags', 'pages-and-users', 'faults'].map((name) => `test/e2e/${name}.test.ts`),
];

const main = async (parameters: readonly string[]): Promise<number> => {
  if (!hasJava()) {
    console.error(
      `DynamoDB Local needs Java ${LEAST_JAVA} or newer: install one and put its \`java\` on the PATH.`,
    );
    return 1;
  }
  return runJest(parameters.length > 0 ? parameters : aboutTheEngine, { GUIDON_ENGINE: 'official' });
};

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
