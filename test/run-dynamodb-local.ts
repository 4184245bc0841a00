import { hasJava, LEAST_JAVA } from '../local/java';
import { runJest } from './support/run-jest';

/**
 * `npm run test:dynamodb-local` runs every test that starts an engine on DynamoDB Local;
 * `npm run test:dynamodb-local -- <jest parameters>` runs what they say.
 */
const thatStartAnEngine = [
  '--silent',
  '--findRelatedTests',
  'test/support/engine.ts',
  'test/support/guidon-instance.ts',
];

const main = async (parameters: readonly string[]): Promise<number> => {
  if (!hasJava()) {
    console.error(
      `DynamoDB Local needs Java ${LEAST_JAVA} or newer: install one and put its \`java\` on the PATH.`,
    );
    return 1;
  }
  return runJest(parameters.length > 0 ? parameters : thatStartAnEngine, { GUIDON_ENGINE: 'official' });
};

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
