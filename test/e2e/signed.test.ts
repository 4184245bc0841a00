import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demoOperators } from '../../local/operators';
import { isDeployed, onlyOnLaptop } from '../support/targets';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

/** Runs the example that signs, as the operator of that name. */
const example = async (operator: 'admin' | 'viewer' | 'stranger', ...parameters: string[]) => {
  const found = demoOperators.find(({ arn }) => arn.endsWith(`/${operator}-operator`));
  const environment = {
    ...process.env,
    GUIDON_SIGNED_URL: `${guidon.url}/signed`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: found?.accessKeyId ?? 'STRANGER',
    AWS_SECRET_ACCESS_KEY: found?.secretAccessKey ?? 'secret',
  };
  const command = ['--import', 'tsx', 'examples/signed-request.ts', ...parameters];
  const { stdout, stderr } = await run(process.execPath, command, { cwd: root, env: environment }).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  const [location] = /\/\S+$/.exec(stderr.trim()) ?? [];
  return {
    status: Number(stderr.slice(0, 3)),
    location,
    body: stdout.startsWith('{') ? JSON.parse(stdout) : stdout,
  };
};

const signed = onlyOnLaptop('signed requests');

describe('operators with AWS credentials', () => {
  signed('change flags as their policy says, and the audit log has their ARN', async () => {
    const created = await example('admin', 'POST', '/api/admin/flags', '{ "key": "signed-flag" }');
    expect(created).toMatchObject({
      status: 201,
      body: { key: 'signed-flag', createdBy: 'arn:aws:iam::000000000000:user/admin-operator' },
    });
    expect(await example('viewer', 'GET', '/api/admin/flags/signed-flag')).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    await eventually(
      () =>
        example(
          'viewer',
          'GET',
          '/api/admin/audit?actor=arn:aws:iam::000000000000:user/admin-operator&limit=5',
        ),
      ({ body }) => {
        expect(body.items).toMatchObject([
          {
            event: 'flag.created',
            actor: 'arn:aws:iam::000000000000:user/admin-operator',
            route: 'POST /signed/api/admin/flags',
            flagKey: 'signed-flag',
          },
        ]);
      },
    );
  });

  signed('may not write as viewers, and not at all as strangers', async () => {
    expect(await example('viewer', 'POST', '/api/admin/flags', '{ "key": "not-this" }')).toMatchObject({
      status: 403,
    });
    expect(await example('stranger', 'GET', '/api/admin/flags')).toMatchObject({ status: 403 });
    expect((await guidon.call('GET', '/api/admin/flags/not-this', { as: 'viewer' })).status).toBe(404);
  });

  signed('find what they made behind their own entrance', async () => {
    const users = '/api/admin/flags/signed-flag/users';
    const body = JSON.stringify({ userId: guidon.ids.bob, overrideType: 'include' });
    const created = await example('admin', 'POST', `${users}?environment=production`, body);
    expect(created).toMatchObject({ status: 201 });
    const place = `/signed${users}/${guidon.ids.bob}?environment=production&overrideType=include`;
    expect(created.location).toBe(place);
    expect(await example('admin', 'DELETE', place.replace('/signed', ''))).toMatchObject({ status: 204 });
  });

  it('do not come in with a token, nor others with their signature', async () => {
    for (const as of ['admin', undefined] as const) {
      // 403 is the gateway's; what it lets through, a function refuses
      expect([401, 403]).toContain((await guidon.call('GET', '/signed/api/admin/flags', { as })).status);
    }
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=LOCALADMIN/20260101/us-east-1/execute-api/aws4_request',
    };
    expect((await guidon.call('GET', '/api/admin/flags', { headers })).status).toBe(401);
    expect((await guidon.call('GET', '/signed/api/flags/me', { as: 'alice' })).status).toBe(404);
  });
});

describe('machines', () => {
  it('are known by their token, and are no user, viewer or admin', async () => {
    const token = await guidon.machineToken();
    const [, payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      token_use: 'access',
      client_id: expect.stringMatching(/^\w{10,}$/),
      // the emulator knows no scopes of a resource server
      ...(!isDeployed() && { scope: 'guidon/evaluate guidon/metrics' }),
    });
    for (const path of ['/api/flags/me', '/api/config/flags', '/api/admin/flags']) {
      expect(await guidon.call('GET', path, { token })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
    }
    expect((await guidon.call('GET', '/api/health', { token })).status).toBe(200);
  });
});
