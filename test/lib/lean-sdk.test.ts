import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withBundle } from './bundle-program';

/** What the service's errors say besides their names. */
const ANSWERS: Readonly<Record<string, object>> = {
  UserNotFoundException: { message: 'no such user' },
  TransactionCanceledException: {
    Message: 'cancelled',
    CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { SK: { S: 'x' } } }],
  },
};

const modules = join(__dirname, '..', '..', 'node_modules', '@aws-sdk');

/** Bundled like a function, and run: prints the error that the operation ends with. */
const program = (client: string, operation: string) => `
  import { ${client}Client as Client, ${operation}Command as Command } from '${modules}/client-${
    client === 'DynamoDB' ? 'dynamodb' : 'cognito-identity-provider'
  }';
  const client = new Client({ region: 'us-east-1', maxAttempts: 1 });
  client.send(new Command({ TransactItems: [], UserPoolId: 'pool', Username: 'somebody' } as never)).catch(
    ({ name, message, $fault, CancellationReasons }) =>
      console.log(JSON.stringify({ name, message, $fault, CancellationReasons })),
  );
`;

let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    const error =
      operation === 'TransactWriteItems' ? 'TransactionCanceledException' : 'UserNotFoundException';
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: `com.amazonaws.service#${error}`, ...ANSWERS[error] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const errorOf = (client: string, operation: string): Promise<unknown> =>
  withBundle(program(client, operation), async (bundle) => {
    const { port } = server.address() as AddressInfo;
    const env = { ...process.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const { stdout } = await promisify(execFile)(process.execPath, [bundle], { env });
    return JSON.parse(stdout) as unknown;
  });

test('an error that has nothing but a message comes by its name from a bundle without its class', async () => {
  expect(await errorOf('CognitoIdentityProvider', 'AdminListGroupsForUser')).toEqual({
    name: 'UserNotFoundException',
    message: 'no such user',
    $fault: 'client',
  });
});

test('an error that says more comes with what it says', async () => {
  expect(await errorOf('DynamoDB', 'TransactWriteItems')).toEqual({
    name: 'TransactionCanceledException',
    message: 'cancelled',
    $fault: 'client',
    CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { SK: { S: 'x' } } }],
  });
});
