import { adminOf, expectProblem, FLAGS, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, type RequestOptions, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag: aFlagPath } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

describe('a flag', () => {
  it('can be put back as it was got, which changes nothing', async () => {
    const path = await aFlagPath({ rolloutPercentage: 33.333, owner: 'me' });
    const { body } = await asAdmin('GET', path);
    const put = await asAdmin('PUT', path, { ...body, version: 99, createdBy: 'somebody', killed: true });
    expect(put).toMatchObject({ status: 200, body });
    expect(await asAdmin('PATCH', path, body)).toMatchObject({ status: 200, body });
  });

  it('takes its defaults where a PUT leaves fields out, and keeps them where a PATCH does', async () => {
    const path = await aFlagPath({ name: 'Name', enabled: true });
    expect((await asAdmin('PATCH', path, { owner: 'me' })).body).toMatchObject({
      name: 'Name',
      enabled: true,
      owner: 'me',
    });
    expect((await asAdmin('PUT', path, { owner: 'you' })).body).toMatchObject({
      name: null,
      enabled: false,
      owner: 'you',
    });
  });

  it('loses a field to a null only where it may', async () => {
    const path = await aFlagPath({ name: 'Name', variants: { on: true, off: false, third: true } });
    const patched = await asAdmin('PATCH', path, { name: null, variants: { third: null } });
    expect(patched.body).toMatchObject({ name: null, variants: { on: true, off: false } });
    for (const field of ['enabled', 'tags', 'rolloutPercentage', 'variants']) {
      const problem = expectProblem(await asAdmin('PATCH', path, { [field]: null }), 400, 'INVALID_REQUEST');
      expect(problem.errors?.[0]?.pointer).toBe(`/${field}`);
    }
  });

  it('keeps its key and type for life', async () => {
    const path = await aFlagPath();
    expectProblem(await asAdmin('PATCH', path, { key: 'other' }), 400, 'INVALID_REQUEST');
    expectProblem(
      await asAdmin('PUT', path, { type: 'string', variants: { on: 'a', off: 'b' } }),
      400,
      'INVALID_REQUEST',
    );
    expectProblem(await asAdmin('PUT', `${FLAGS}/never-made`, {}), 404, 'FLAG_NOT_FOUND');
  });

  it('is written only at the version that If-Match names', async () => {
    const path = await aFlagPath();
    expect((await asAdmin('PATCH', path, { owner: 'a' }, { 'if-match': '"1"' })).headers.get('etag')).toBe(
      '"2"',
    );
    for (const ifMatch of ['"1"', '"3"', 'abc', '']) {
      expectProblem(
        await asAdmin('PATCH', path, { owner: 'b' }, { 'if-match': ifMatch }),
        412,
        'VERSION_CONFLICT',
      );
    }
    for (const ifMatch of ['*', '"9", "2"']) {
      expect((await asAdmin('PATCH', path, { owner: 'a' }, { 'if-match': ifMatch })).status).toBe(200);
    }
    expectProblem(await asAdmin('DELETE', path, undefined, { 'if-match': '"1"' }), 412, 'VERSION_CONFLICT');
  });

  it('is checked and not written on a dry run', async () => {
    const key = `dry-${Date.now()}`;
    expect(await asAdmin('POST', `${FLAGS}?dryRun=true`, { key })).toMatchObject({
      status: 200,
      body: { key },
    });
    expectProblem(await asAdmin('POST', `${FLAGS}?dryRun=true`, { key, colour: 1 }), 400, 'INVALID_REQUEST');
    expectProblem(await asAdmin('GET', `${FLAGS}/${key}`), 404, 'FLAG_NOT_FOUND');
    const path = await aFlagPath();
    expect((await asAdmin('PATCH', `${path}?dryRun=true`, { owner: 'x' })).body).toMatchObject({
      owner: 'x',
      version: 2,
    });
    expect((await asAdmin('POST', `${path}/kill?dryRun=true`)).body).toMatchObject({ killed: true });
    expect((await asAdmin('DELETE', `${path}?dryRun=true`)).status).toBe(204);
    expect((await asAdmin('GET', path)).body).toMatchObject({ owner: null, killed: false, version: 1 });
  });

  it('goes through its states, each once', async () => {
    const path = await aFlagPath();
    const states = [
      ['enable', { enabled: true }],
      ['disable', { enabled: false }],
      ['archive', { state: 'archived' }],
      ['restore', { state: 'active' }],
      ['kill', { killed: true }],
      ['revive', { killed: false }],
    ] as const;
    let version = 1;
    for (const [action, fields] of states) {
      version += 1;
      const first = await asAdmin('POST', `${path}/${action}`, { reason: `because of ${action}` });
      expect(first).toMatchObject({ status: 200, body: { ...fields, version } });
      expect((await asAdmin('POST', `${path}/${action}`)).body.version).toBe(version);
    }
    await eventually(
      () => asAdmin('GET', `/api/admin/audit?flagKey=${keyOf(path)}`),
      ({ body }) => {
        expect(body.items.map((item: { event: string }) => item.event)).toEqual([
          'flag.revived',
          'flag.killed',
          'flag.restored',
          'flag.archived',
          'flag.disabled',
          'flag.enabled',
          'flag.created',
        ]);
        expect(body.items[0]).toMatchObject({
          reason: 'because of revive',
          changedKeys: ['killed'],
          values: { killed: false },
        });
      },
    );
  });

  it('fills a page by its size as well as by its number', async () => {
    const variants = { on: 'x'.repeat(120_000), off: '' };
    for (let flag = 0; flag < 40; flag += 1) {
      await aFlagPath({ type: 'string', variants, tags: ['heavy'] });
    }
    const first = await asAdmin('GET', `${FLAGS}?tag=heavy&limit=500`);
    expect(first.status).toBe(200);
    expect(first.text.length).toBeLessThan(5_000_000);
    const second = await asAdmin('GET', `${FLAGS}?tag=heavy&limit=500&cursor=${first.body.nextCursor}`);
    expect(Number(first.body.items.length) + Number(second.body.items.length)).toBe(40);
  });

  it('lives in one environment', async () => {
    const key = `only-staging-${Date.now()}`;
    await asAdmin('POST', `${FLAGS}?environment=staging`, { key, enabled: true });
    expectProblem(await asAdmin('GET', `${FLAGS}/${key}`), 404, 'FLAG_NOT_FOUND');
    const headers = { 'x-environment': 'staging' };
    expect((await asAdmin('GET', `${FLAGS}/${key}`, undefined, headers)).body.environment).toBe('staging');
    const here: RequestOptions = { as: 'bob' };
    const evaluated = (query: string) => guidon.call('GET', `/api/config/flags${query}`, here);
    await eventually(
      () => evaluated('?environment=staging'),
      ({ body }) => {
        expect(body.flags[key]).toBe(true);
      },
    );
    expect((await evaluated('')).body.flags).not.toHaveProperty(key);
  });
});

describe('evaluation', () => {
  it('keeps from a caller what is not for them, and kills what is killed', async () => {
    const [secret, open, old, dead] = ['secret', 'open', 'old', 'dead'].map(
      (name) => `${name}-${Date.now()}`,
    );
    await asAdmin('POST', FLAGS, { key: secret, enabled: true });
    await asAdmin('POST', FLAGS, { key: open, enabled: true, visibility: 'public' });
    await asAdmin('POST', FLAGS, { key: old, enabled: true, visibility: 'public' });
    await asAdmin('POST', `${FLAGS}/${old}/archive`);
    await asAdmin('POST', FLAGS, { key: dead, enabled: true });
    await asAdmin('POST', `${FLAGS}/${dead}/users`, { userId: guidon.ids.alice, overrideType: 'include' });
    await asAdmin('POST', `${FLAGS}/${dead}/kill`);
    await eventually(
      () => guidon.call('GET', '/api/config/flags', { as: 'alice' }),
      ({ body }) => {
        expect(body.flags).toMatchObject({ [secret!]: true, [open!]: true, [dead!]: false });
        expect(body.flags).not.toHaveProperty([old!]);
      },
    );
    await eventually(
      () => guidon.call('GET', '/api/feature-flags'),
      ({ body }) => {
        const keys = body.flags.map((each: { key: string }) => each.key);
        expect(keys).toContain(open);
        expect(keys).not.toContain(secret);
        expect(keys).not.toContain(old);
      },
    );
  });

  it('answers 304 while nothing has changed for this caller', async () => {
    const path = await aFlagPath();
    const ask = (etag?: string) =>
      guidon.call('GET', '/api/config/flags', {
        as: 'bob',
        ...(etag && { headers: { 'if-none-match': etag } }),
      });
    let etag = '';
    // other suites change flags of this environment too
    await eventually(
      async () => {
        const first = await ask();
        expect(first).toMatchObject({ status: 200 });
        etag = first.headers.get('etag') ?? '';
        return { first, second: await ask(etag) };
      },
      ({ first, second }) => {
        expect(first.body.flags).toHaveProperty([keyOf(path)]);
        expect(second).toMatchObject({ status: 304, text: '' });
      },
    );
    await asAdmin('POST', `${path}/enable`);
    await eventually(
      () => ask(etag),
      ({ status }) => {
        expect(status).toBe(200);
      },
    );
  });
});
