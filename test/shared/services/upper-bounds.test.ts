import { composeMetricsService } from '../../../shared/composition/metrics-service';
import { withDeadline } from '../../../shared/deadline';
import { expose } from '../../../shared/http/exposition';
import { aUserId, ENVIRONMENT, openWorld, passTime, type World } from '../../support/world';

let world: World;

const LIVING = 2;
const ENDED = 6;
const HOUR_MS = 3_600_000;

/** Too little for a page of what has expired. */
const TOO_SHORT_MS = 1_400;

beforeAll(async () => {
  world = await openWorld();
  const { container } = world;
  await container.createFlag({ key: 'crowded' });
  const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
  for (let index = 0; index < LIVING + ENDED; index += 1) {
    const end = index < LIVING ? {} : { expiresAt };
    await container.put('crowded', aUserId(), 'include', end);
  }
  passTime(HOUR_MS);
});
afterAll(() => world.stop());

const listed = async () => {
  const filters = { q: undefined, tag: undefined, state: undefined };
  const { items } = await world.container.flags.list(ENVIRONMENT, { ...filters, after: undefined, limit: 9 });
  return items[0]?.overrideCounts;
};

const exposed = async () => {
  const text = await expose(await composeMetricsService(world.config).read(ENVIRONMENT));
  return text.split('\n').filter((line) => /_active(_exact)?\{.*kind="include"/.test(line));
};

describe('counts of overrides that could not all be looked at', () => {
  it('say that they are upper bounds, in a list of flags', async () => {
    expect(await listed()).toEqual({ include: LIVING, exclude: 0, value: 0 });
    expect(await withDeadline(TOO_SHORT_MS, listed)).toEqual({
      include: LIVING + ENDED,
      exclude: 0,
      value: 0,
      isUpperBound: true,
    });
  });

  it('say so to Prometheus', async () => {
    const active = 'guidon_user_flag_overrides_active';
    expect(await exposed()).toEqual([
      `${active}{flag_name="crowded",kind="include"} ${String(LIVING)}`,
      `${active}_exact{kind="include"} 1`,
    ]);
    expect(await withDeadline(TOO_SHORT_MS, exposed)).toEqual([
      `${active}{flag_name="crowded",kind="include"} ${String(LIVING + ENDED)}`,
      `${active}_exact{kind="include"} 0`,
    ]);
  });
});
