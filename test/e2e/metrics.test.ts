import { adminOf, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

const METRICS = '/api/admin/metrics';

let guidon: GuidonInstance;
const { ask, makeFlag } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

/** The samples of a flag, by name and labels. */
const samplesOf = async (path: string, query = ''): Promise<Record<string, number>> => {
  const { text } = await ask('GET', `${METRICS}${query}`);
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes(`flag_name="${keyOf(path)}"`))
      .map((line): [string, number] => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end).replace(`flag_name="${keyOf(path)}",`, ''), Number(line.slice(end))];
      }),
  );
};

describe('the metrics', () => {
  it('are text that Prometheus reads', async () => {
    const { status, headers, text } = await guidon.call('GET', METRICS, { as: 'viewer' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const [name, type] of [
      ['guidon_user_flag_overrides_total', 'counter'],
      ['guidon_user_flag_overrides_active', 'gauge'],
      ['guidon_user_flag_overrides_active_exact', 'gauge'],
      ['guidon_flag_evaluations_total', 'counter'],
    ] as const) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
    }
    expect(text).toContain('guidon_user_flag_overrides_active_exact{kind="include"} 1\n');
    for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      expect(line).toMatch(/^guidon_\w+\{(\w+="[^"]*",?)+\} \d+$/);
    }
  });

  it('are open to a machine, which is let in nowhere else here', async () => {
    const token = await guidon.machineToken();
    expect((await guidon.call('GET', METRICS, { token })).status).toBe(200);
    expect((await guidon.call('GET', '/api/admin/flags', { token })).status).toBe(403);
  });

  it('tell what became of overrides, and how many count, in one environment', async () => {
    const [path, userId] = [await makeFlag(), newUserId()];
    const put = (reason: string) => ask('POST', `${path}/users`, { userId, overrideType: 'include', reason });
    await put('first');
    await put('second');
    await ask('POST', `${path}/users`, { userId, overrideType: 'exclude' });
    await ask('DELETE', `${path}/users/${userId}?overrideType=include`);
    await eventually(
      () => samplesOf(path),
      (samples) => {
        expect(samples).toMatchObject({
          'guidon_user_flag_overrides_total{action="created"}': 2,
          'guidon_user_flag_overrides_total{action="updated"}': 1,
          'guidon_user_flag_overrides_total{action="deleted"}': 1,
          'guidon_user_flag_overrides_total{action="expired"}': 0,
          'guidon_user_flag_overrides_active{kind="include"}': 0,
          'guidon_user_flag_overrides_active{kind="exclude"}': 1,
          'guidon_user_flag_overrides_active{kind="value"}': 0,
          'guidon_user_flag_overrides_active{kind="device"}': 0,
        });
      },
    );
    expect(await samplesOf(path, '?environment=staging')).toEqual({});
  });

  it('tell what a flag gave, by variant and reason', async () => {
    const path = await makeFlag({ enabled: true });
    // a container writes every ten seconds, in the course of a request
    await eventually(
      async () => {
        await guidon.call('GET', '/api/config/flags', { as: 'bob' });
        return samplesOf(path);
      },
      (samples) => {
        expect(samples['guidon_flag_evaluations_total{variant="on",reason="STATIC"}']).toBeGreaterThan(0);
      },
    );
  });
});
