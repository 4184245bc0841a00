import { withDeadline } from '../../../shared/deadline';
import { driveStream } from '../../support/drive-stream';
import { aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

/** What the log has once the changes have been delivered. */
const auditOf = async (userId: string) => {
  const stream = driveStream(world);
  const records = await stream.records();
  await stream.deliver(records.filter(({ dynamodb }) => dynamodb.Keys['SK']?.S.startsWith('CHANGE#')));
  return (await world.container.audit.list({ environment: ENVIRONMENT, userId, limit: 500 })).items;
};

describe('two hundred batches of one user from twenty instances', () => {
  it('lose no update, and are all in the audit log', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'ff-bool' });
    const keys = Array.from({ length: 25 }, (_, number) => `ff-crowd-${String(number)}`);
    for (const key of keys) {
      await world.container.createFlag({ key, type: 'number', variants: { on: 1, off: 0 } });
    }
    let unanswered = 0;
    const batch = async (number: number): Promise<void> => {
      const [one, other] = [keys[number % 25], keys[(number * 7 + 3) % 25]] as [string, string];
      // what a slow engine does not answer in time is asked again, as clients do
      for (;;) {
        const pinned = withDeadline(10_000, () =>
          world.container.pin({ userId: user }, { [one]: number, [other]: number }),
        );
        const [outcome] = await Promise.allSettled([pinned]);
        if (outcome.status === 'fulfilled') {
          return;
        }
        expect(outcome.reason).toMatchObject({ code: 'UNAVAILABLE' });
        unanswered += 1;
      }
    };
    await Promise.all(
      Array.from({ length: 20 }, async (_, worker) => {
        for (let turn = 0; turn < 10; turn += 1) {
          await batch(worker * 10 + turn);
        }
      }),
    );
    const log = (await auditOf(user)).filter(({ event }) => event === 'user.feature_flags.changed');
    expect(log.length).toBeGreaterThanOrEqual(200 - unanswered);
    const pinned = await world.container.pin({ userId: user }, { 'ff-bool': null });
    expect(Object.keys(pinned)).toHaveLength(25);
    for (const key of keys) {
      const written = log
        .flatMap(({ after }) => (after as Record<string, { version: number; value: number }>)[key] ?? [])
        .sort((one, other) => one.version - other.version);
      // each change was decided on the one before it: none is missing, and the last one is what is there
      expect(written.map(({ version }) => version)).toEqual(written.map((_, index) => index + 1));
      expect(written.at(-1)?.value).toBe(pinned[key]);
    }
  });
});
