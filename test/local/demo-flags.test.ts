import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDemoFlags } from '../../local/demo-flags';

describe('the demo flags', () => {
  let server: Server;
  let answers: number[];
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(answers.shift() ?? 201).end('an answer');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const create = () =>
    createDemoFlags(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'token', 1);

  it('are tried again where the service cannot answer yet, and may turn out to be there', async () => {
    answers = [503, 503, 201, 503, 409];
    await create();
    expect(requests).toBe(10);
  });

  it('fail where it never can', async () => {
    answers = Array.from({ length: 20 }, () => 503);
    await expect(create()).rejects.toThrow('The demo flag new-checkout was not created: an answer');
    expect(requests).toBe(10);
  });

  it('fail at once where they are refused', async () => {
    answers = [400];
    await expect(create()).rejects.toThrow('was not created');
    expect(requests).toBe(1);
  });
});
