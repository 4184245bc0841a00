import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../../local/engine';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy';
import { type Answer, eventually, type GuidonInstance, startGuidon } from '../support/guidon-instance';

let dataDir: string;
let engine: Engine;
let proxy: FaultProxy;
let guidon: GuidonInstance;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'guidon-faults-'));
  engine = await startEngine({ dataDir });
  proxy = await startFaultProxy(engine.endpoint);
  guidon = await startGuidon({ environment: { DYNAMODB_ENDPOINT: proxy.endpoint } });
});
afterEach(() => {
  proxy.heal();
});
afterAll(async () => {
  await guidon.stop();
  await proxy.stop();
  await engine.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const READS = ['Query', 'BatchGetItem', 'GetItem'];
const FAULTS: Fault[] = ['throttle', 'fail', 'hang'];

const evaluate = async () => {
  const startedAt = Date.now();
  const answer = await guidon.call('GET', '/api/feature-flags', { as: 'alice' });
  return { ...answer, ms: Date.now() - startedAt };
};

/** Sends again while Guidon is unavailable, as clients do. */
const untilAvailable = (send: () => Promise<Answer>): Promise<Answer> =>
  eventually(send, ({ status }) => {
    expect(status).not.toBe(503);
  });

/** The dimensions of every server error that the functions have counted, as CloudWatch reads them from the log. */
const countedErrors = async (): Promise<unknown[]> =>
  (await guidon.functionLog())
    .split('\n')
    .filter((line) => line.includes('"ServerErrors":1'))
    .map((line) => {
      const { _aws, ...values } = JSON.parse(line) as { _aws: any } & Record<string, unknown>;
      const [dimensions] = _aws.CloudWatchMetrics[0].Dimensions as string[][];
      return Object.fromEntries((dimensions ?? []).map((name) => [name, values[name]]));
    });

describe.each(FAULTS)('while DynamoDB answers with: %s', (fault) => {
  it('evaluation goes on with the last good state and never answers 5xx', async () => {
    const before = await evaluate();
    expect(before.status).toBe(200);
    proxy.inject(fault, { operations: READS });
    await new Promise((resolve) => setTimeout(resolve, 700));
    for (let request = 0; request < 10; request += 1) {
      const { status, body, ms } = await evaluate();
      expect(status).toBe(200);
      expect(body.flags.map(({ key, value }: { key: string; value: unknown }) => [key, value])).toEqual(
        before.body.flags.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
      );
      expect(body.flags.map(({ reason }: { reason: string }) => reason)).toContain('STALE');
      // a call that hangs would hold it for ever; how fast it is, `npm run bench` says
      expect(ms).toBeLessThan(10_000);
    }
    proxy.heal();
    await eventually(evaluate, ({ body }) => {
      expect(body.flags.map(({ reason }: { reason: string }) => reason)).not.toContain('STALE');
    });
  });

  it('a write answers 503 with Retry-After, writes nothing, and succeeds when sent again', async () => {
    const key = `written-during-${fault}`;
    const create = () => guidon.call('POST', '/api/admin/flags', { as: 'admin', body: { key } });
    proxy.inject(fault, { operations: ['TransactWriteItems'] });
    const refused = await create();
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await countedErrors()).at(-1)).toEqual({ service: 'guidon-dev', area: 'admin' });
    expect(refused.text).not.toMatch(/arn:|FlagTable|dynamo|at .*\.(ts|mjs|js)/i);
    proxy.heal();
    expect((await guidon.call('GET', `/api/admin/flags/${key}`, { as: 'admin' })).status).toBe(404);
    expect(await untilAvailable(create)).toMatchObject({ status: 201 });
    await eventually(
      () => guidon.call('GET', `/api/admin/audit?flagKey=${key}`, { as: 'admin' }),
      ({ body }) => {
        expect(body.items.map(({ event }: { event: string }) => event)).toEqual(['flag.created']);
      },
    );
  });
});

describe('a write that DynamoDB carried out but did not confirm', () => {
  it('is one change with one audit event', async () => {
    const path = '/api/admin/flags/dark-mode/users';
    const body = { userId: guidon.ids.bob, overrideType: 'exclude' };
    proxy.inject('fail-after-commit', { operations: ['TransactWriteItems'], times: 2 });
    const answer = await untilAvailable(() => guidon.call('POST', path, { as: 'admin', body }));
    expect([200, 201]).toContain(answer.status);
    expect(answer.body).toMatchObject({ version: 1 });
    await eventually(
      () => guidon.call('GET', '/api/admin/audit?flagKey=dark-mode&event=override.added', { as: 'admin' }),
      (answer) => {
        expect(answer.body.items).toHaveLength(1);
      },
    );
  });
});

describe('a stream record that cannot be filed at the moment', () => {
  it('comes again until it is in the audit log, once, and the caches have heard of it', async () => {
    // more than the client and the handler try by themselves
    proxy.inject('fail', { operations: ['PutItem'], times: 60 });
    await guidon.call('POST', '/api/admin/flags', { as: 'admin', body: { key: 'filed-late' } });
    await eventually(
      () => guidon.call('GET', '/api/admin/audit?flagKey=filed-late', { as: 'admin' }),
      ({ body }) => {
        expect(body.items).toHaveLength(1);
      },
    );
    expect((await guidon.functionLog()).includes('stream record not recorded yet')).toBe(true);
  });

  it('moves the version that a write could not', async () => {
    const body = { userId: guidon.ids.bob, overrideType: 'include' };
    // the first update claims a place in the limit, the next ones would move the version
    proxy.inject('refuse', { operations: ['UpdateItem'], skip: 1, times: 1 });
    expect(
      (await guidon.call('POST', '/api/admin/flags/new-checkout/users', { as: 'admin', body })).status,
    ).toBe(201);
    await eventually(
      () => guidon.call('GET', '/api/config/flags', { as: 'bob' }),
      (answer) => {
        expect(answer.body.flags['new-checkout']).toBe(true);
      },
    );
  });
});
