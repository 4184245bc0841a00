import { parseArgs } from 'node:util';
import { isAlive } from './children';
import { dataDirOf, type Instance, readInstance, readPort } from './instance-file';
import { machineToken } from './machine-token';
import { demoEmails, signIn } from './sign-in';

const HELP = `npm run --silent token -- <e-mail> [--access]
npm run --silent token -- --machine

Prints an ID token (with --access an access token) of a user of the running instance, or the token of a machine with
all scopes. The instance is found by PORT.
Users: ${demoEmails}
`;

const runningInstance = (): Instance => {
  const port = readPort(process.env);
  const instance = readInstance(dataDirOf(port, process.env));
  if (instance === undefined || !isAlive(instance.pid)) {
    throw new Error(
      `No instance runs on port ${port}: start one with "npm start", or set PORT, and GUIDON_DATA_DIR where that was set for it.`,
    );
  }
  return instance;
};

const tokenOfMachine = ({ machine }: Instance): Promise<string> => {
  if (machine === undefined) {
    throw new Error('This deployment has no client for machines.');
  }
  return machineToken(machine);
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
  const [email, ...surplus] = positionals;
  if (surplus.length > 0 || (email === undefined) !== (values.machine === true)) {
    throw new Error(HELP);
  }
  const instance = runningInstance();
  console.log(
    email === undefined
      ? await tokenOfMachine(instance)
      : await signIn(instance, email, values.access === true ? 'AccessToken' : 'IdToken'),
  );
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
