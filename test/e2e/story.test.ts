import { type Answer, eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { onlyOnLaptop } from '../support/targets';

let guidon: GuidonInstance;

beforeAll(async () => {
  guidon = await useGuidon();
});

const key = `story-${Date.now()}`;
const flag = `/api/admin/flags/${key}`;

const sees = (user: 'alice' | 'bob', value: boolean): Promise<Answer> =>
  eventually(
    () => guidon.call('GET', '/api/config/flags', { as: user }),
    (answer) => {
      expect(answer.body.flags[key]).toBe(value);
    },
  );

const audit = (query: string, check: (items: any[]) => void) =>
  eventually(
    () => guidon.call('GET', `/api/admin/audit?${query}`, { as: 'viewer' }),
    (answer) => {
      check(answer.body.items);
    },
  );

describe('the story of one user', () => {
  it('goes from a disabled flag over an inclusion and an exclusion back to the inclusion, and is all in the audit log', async () => {
    const created = await guidon.call('POST', '/api/admin/flags', {
      as: 'admin',
      body: { key },
    });
    expect(created).toMatchObject({ status: 201, body: { enabled: false, version: 1 } });
    expect(created.headers.get('location')).toBe(flag);
    expect(created.headers.get('etag')).toBe('"1"');

    const users = `${flag}/users`;
    const userId = guidon.ids.alice;
    const put = (overrideType: string) =>
      guidon.call('POST', users, { as: 'admin', body: { userId, overrideType, reason: 'the story' } });
    expect(await put('include')).toMatchObject({
      status: 201,
      body: { overrideType: 'include', version: 1 },
    });
    await sees('alice', true);
    await sees('bob', false);
    expect(await put('exclude')).toMatchObject({ status: 201 });
    await sees('alice', false);
    const removed = await guidon.call('DELETE', `${users}/${userId}?overrideType=exclude`, { as: 'admin' });
    expect(removed).toMatchObject({ status: 204, text: '' });
    await sees('alice', true);

    const listed = await guidon.call('GET', users, { as: 'viewer' });
    expect(listed.body).toMatchObject({ includes: [{ userId }], excludes: [], nextCursor: null });

    await audit(`flagKey=${key}`, (items) => {
      expect(items).toMatchObject([
        {
          event: 'override.removed',
          actor: guidon.ids.admin,
          targetUserId: userId,
          ip: '127.0.0.1',
          userAgent: 'node',
          route: 'DELETE /api/admin/flags/{flagKey}/users/{userId}',
          requestId: removed.headers.get('x-request-id'),
          before: { overrideType: 'exclude', reason: 'the story' },
          after: null,
        },
        { event: 'override.added', before: null, after: { overrideType: 'exclude' } },
        { event: 'override.added', before: null, after: { overrideType: 'include' } },
        { event: 'flag.created', before: null, after: { key, enabled: false } },
      ]);
    });
  });

  it('shows a user their own flags with the override that decided, and not why an admin set it', async () => {
    // the function that answers this has a cache of its own
    const { text } = await eventually(
      () => guidon.call('GET', '/api/flags/me', { as: 'alice' }),
      ({ body }) => {
        expect(body).toMatchObject({
          userId: guidon.ids.alice,
          environment: 'production',
          flags: {
            [key]: {
              value: true,
              variant: 'on',
              reason: 'TARGETING_MATCH',
              source: 'user inclusion',
              override: { kind: 'include', expiresAt: null },
            },
          },
        });
      },
    );
    expect(text).not.toContain('the story');
  });
});

describe('an override with an end', () => {
  const until = { at: '' };

  it('stops counting on time', async () => {
    until.at = new Date(Date.now() + 8_000).toISOString();
    const body = { userId: guidon.ids.bob, overrideType: 'include', expiresAt: until.at };
    await guidon.call('POST', `${flag}/users`, { as: 'admin', body });
    await sees('bob', true);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(until.at) - Date.now()));
    const { body: after } = await guidon.call('GET', '/api/config/flags', { as: 'bob' });
    expect(after.flags[key]).toBe(false);
  });

  onlyOnLaptop('expired items')('is collected later, and its end is in the audit log', () =>
    audit(`flagKey=${key}&event=override.expired&userId=${guidon.ids.bob}`, (items) => {
      expect(items).toMatchObject([
        { actor: 'system:expiry', at: until.at, before: { expiresAt: until.at }, after: null },
      ]);
    }),
  );
});

describe('a deleted flag', () => {
  it('leaves no override behind, neither for its successor nor in the table', async () => {
    const userId = guidon.ids.alice;
    expect((await guidon.call('DELETE', flag, { as: 'admin' })).status).toBe(204);
    expect((await guidon.call('DELETE', flag, { as: 'admin' })).status).toBe(404);
    await guidon.call('POST', '/api/admin/flags', { as: 'admin', body: { key } });
    await sees('alice', false);
    expect((await guidon.call('GET', `${flag}/users`, { as: 'admin' })).body.includes).toEqual([]);
    await eventually(
      () => guidon.functionLog(),
      (log) => {
        expect(log).toMatch(new RegExp(`"swept overrides".*"flagKey":"${key}".*"isDone":true`));
      },
    );
    await audit(`flagKey=${key}&event=flag.deleted`, (items) => {
      expect(items).toMatchObject([{ actor: guidon.ids.admin, before: { key }, after: null }]);
    });
    await audit(`flagKey=${key}&event=change.unattributed`, (items) => {
      expect(items).toEqual([]);
    });
    expect(
      (await guidon.call('POST', `${flag}/users`, { as: 'admin', body: { userId, overrideType: 'include' } }))
        .status,
    ).toBe(201);
  });
});

describe('the log of the functions', () => {
  it('is one JSON object a line, without errors, tokens or e-mail addresses', async () => {
    const log = await guidon.functionLog();
    const lines = log.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(20);
    const levels = lines.map((line) => (JSON.parse(line) as { level?: string }).level);
    expect(levels).not.toContain('ERROR');
    expect(log).not.toMatch(/eyJ[\w-]+\.|@example\.com|Bearer/);
  });
});
