import { parseArgs } from 'node:util';
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

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, access: { type: 'boolean' }, machine: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  if (values.machine === true) {
    throw new Error('Tokens of machines are not available yet.');
  }
  const [email, ...surplus] = positionals;
  if (email === undefined || surplus.length > 0) {
    throw new Error(HELP);
  }
  console.log(await signIn(runningInstance(), email, values.access === true ? 'AccessToken' : 'IdToken'));
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
