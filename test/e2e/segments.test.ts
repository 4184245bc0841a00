import { pageSchema } from '../../shared/contract/primitives';
import { SegmentSchema } from '../../shared/contract/segment';
import { isInGroup, isInSegment } from '../support/a-rule';
import { adminOf, expectProblem, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

const SEGMENTS = '/api/admin/segments';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

const prefix = `made-${Date.now()}`;
const sees = (user: 'alice' | 'bob', path: string, value: boolean) =>
  eventually(
    () => guidon.call('GET', '/api/config/flags', { as: user }),
    ({ body }) => {
      expect(body.flags[keyOf(path)]).toBe(value);
    },
  );

describe('a segment', () => {
  it('is kept once, used by flags, changed for all of them, and deleted when none uses it', async () => {
    const key = `${prefix}-testers`;
    const segment = `${SEGMENTS}/${key}`;
    const created = await asAdmin('POST', SEGMENTS, { key, conditions: [isInGroup('nobody')] });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(segment);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(SegmentSchema.strict().parse(created.body)).toMatchObject({
      key,
      environment: 'production',
      name: null,
      operator: 'AND',
      version: 1,
      createdBy: guidon.ids.admin,
    });
    const path = await makeFlag({
      enabled: true,
      rolloutPercentage: 0,
      rules: [{ id: 'testers', conditions: [isInSegment(key)] }],
    });
    await sees('alice', path, false);
    const body = { ...created.body, name: 'Testers', conditions: [isInGroup('beta_testers')] };
    const changed = await asAdmin('PUT', segment, body, { 'if-match': '"1"' });
    expect(changed).toMatchObject({ status: 200, body: { name: 'Testers', version: 2 } });
    expect(await asAdmin('PUT', segment, changed.body)).toMatchObject({ body: changed.body });
    expectProblem(await asAdmin('PUT', segment, body, { 'if-match': '"1"' }), 412, 'VERSION_CONFLICT');
    await sees('alice', path, true);
    await sees('bob', path, false);

    const inUse = expectProblem(await asAdmin('DELETE', segment), 409, 'IN_USE');
    expect(inUse.detail).toContain(keyOf(path));
    expect(inUse.errors).toMatchObject([{ pointer: '#path/segmentKey', code: 'in_use' }]);
    await asAdmin('DELETE', `${path}/rules/testers`);
    expect((await asAdmin('DELETE', `${segment}?dryRun=true`)).status).toBe(204);
    expect((await asAdmin('DELETE', segment)).status).toBe(204);
    expectProblem(await asAdmin('DELETE', segment), 404, 'SEGMENT_NOT_FOUND');
    expectProblem(await asAdmin('GET', segment), 404, 'SEGMENT_NOT_FOUND');
    for (const [event, changedKeys] of [
      ['segment.deleted', expect.arrayContaining(['key', 'conditions'])],
      ['segment.updated', ['name', 'conditions']],
      ['segment.created', expect.arrayContaining(['key', 'conditions'])],
    ]) {
      await eventually(
        () => asAdmin('GET', `/api/admin/audit?event=${event}&limit=500`),
        ({ body: page }) => {
          const about = page.items.filter(({ before, after }: any) => (after ?? before).key === key);
          expect(about).toMatchObject([{ event, changedKeys, flagKey: null, targetUserId: null }]);
        },
      );
    }
  });

  it('is listed with the others, page by page', async () => {
    for (const name of ['a', 'b', 'c']) {
      await asAdmin('POST', SEGMENTS, { key: `${prefix}-${name}`, conditions: [isInGroup('a')] });
    }
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await guidon.call('GET', `${SEGMENTS}?limit=2${query}`, { as: 'viewer' });
      const page = pageSchema(SegmentSchema).parse(body);
      seen.push(...page.items.map(({ key }) => key));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toEqual(expect.arrayContaining([`${prefix}-a`, `${prefix}-b`, `${prefix}-c`]));
    expectProblem(await asAdmin('GET', `${SEGMENTS}?cursor=abc`), 400, 'INVALID_REQUEST');
  });

  it.each([
    ['no conditions', { key: 'k' }, '/conditions'],
    ['none in the list', { key: 'k', conditions: [] }, '/conditions'],
    ['a key with a slash', { key: 'a/b', conditions: [isInGroup('a')] }, '/key'],
    ['a segment in it', { key: 'k', conditions: [isInSegment('a')] }, '/conditions/0/attribute'],
    [
      'a broken pattern',
      { key: 'k', conditions: [{ ...isInGroup('('), operator: 'matches' }] },
      '/conditions/0/value',
    ],
    ['an unknown field', { key: 'k', conditions: [isInGroup('a')], serve: {} }, '/serve'],
  ])('is refused with %s', async (_, body, pointer) => {
    const problem = expectProblem(await asAdmin('POST', SEGMENTS, body), 400, 'INVALID_REQUEST');
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
  });

  it('keeps its key, and is not created by PUT', async () => {
    const body = { conditions: [isInGroup('a')] };
    expectProblem(await asAdmin('PUT', `${SEGMENTS}/never-made`, body), 404, 'SEGMENT_NOT_FOUND');
    const other = await asAdmin('PUT', `${SEGMENTS}/never-made`, { ...body, key: 'other' });
    expect(expectProblem(other, 400, 'INVALID_REQUEST').errors?.[0]?.pointer).toBe('/key');
    expectProblem(await guidon.call('POST', SEGMENTS, { as: 'viewer', body }), 403, 'FORBIDDEN');
  });
});
