import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GuidonInstance, type Runner, SHARED_RUNNER, startGuidon } from './guidon-instance';
import { stopAtTheEnd } from './left-running';

/**
 * Expired items leave the table soon, so that a suite sees their end; and a machine on which everything runs at once may
 * stand still for longer than DynamoDB ever takes.
 */
const ENVIRONMENT = { GUIDON_TTL_DELAY_MS: '1000', STORE_TIMEOUT_MS: '2500' };

const describe = async ({ url, dataDir, tokens, machineToken }: GuidonInstance): Promise<Runner> => ({
  url,
  dataDir,
  tokens,
  machineToken: await machineToken(),
});

/**
 * Offers one laptop runner to all suites, which run in processes of their own: it starts with the first of them that
 * asks, so never where none does, and stops with the run.
 */
export const offerSharedRunner = async (): Promise<void> => {
  let starting: Promise<Runner> | undefined;
  const server = createServer((_, response) => {
    starting ??= startGuidon({ environment: ENVIRONMENT }).then(describe);
    starting.then(
      (runner) => response.end(JSON.stringify(runner)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env[SHARED_RUNNER] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stopAtTheEnd(async () => {
    server.close();
    server.closeAllConnections();
  });
};
