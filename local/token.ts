import { isAlive } from './children';
import { dataDirOf, type Instance, readInstance, readPort } from './instance-file';
import { demoEmails, signIn } from './sign-in';

const HELP = `npm run --silent token -- <e-mail> [--access]

Prints an ID token (with --access an access token) of a user of the running instance, which is found by PORT.
Users: ${demoEmails}
`;

const runningInstance = (): Instance => {
  const port = readPort(process.env);
  const instance = readInstance(dataDirOf(port, process.env));
  if (instance === undefined || !isAlive(instance.pid)) {
    throw new Error(`No instance runs on port ${port}: start one with "npm start", or set PORT.`);
  }
  return instance;
};

const main = async (parameters: readonly string[]): Promise<void> => {
  if (parameters.includes('--help')) {
    console.log(HELP);
    return;
  }
  if (parameters.includes('--machine')) {
    throw new Error('Tokens of machines are not available yet.');
  }
  const email = parameters.find((parameter) => !parameter.startsWith('-'));
  if (email === undefined) {
    throw new Error(HELP);
  }
  console.log(
    await signIn(runningInstance(), email, parameters.includes('--access') ? 'AccessToken' : 'IdToken'),
  );
};

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
