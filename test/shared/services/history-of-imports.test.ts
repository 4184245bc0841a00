import { detailOf, explainIn, momentBetween } from '../../support/explanations';
import { csvOf, importSide } from '../../support/import-side';
import { asCollected, type StreamRecord } from '../../support/stream-records';
import { aCall, aUserId, openWorld, passTime, type World } from '../../support/world';

let world: World;
let side: ReturnType<typeof importSide>;

beforeAll(async () => {
  world = await openWorld({ stream: true });
  side = importSide(world);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => world.stop());

const explain = explainIn(() => world);

/** What decided then; `unknown` where nobody can say what the import did. */
const sourceAt = async (flagKey: string, userId: string, at: string): Promise<string | undefined> => {
  const explanation = await explain(flagKey, { userId, at });
  const why = detailOf(explanation, 'absent') ?? '';
  return why.includes('an import may have changed them') ? 'unknown' : explanation.result?.source;
};

const HOUR_MS = 3_600_000;

const asCollectedNow = (record: StreamRecord): StreamRecord => {
  const { dynamodb, ...collected } = asCollected(record);
  return { ...collected, dynamodb: { ...dynamodb, ApproximateCreationDateTime: Date.now() / 1000 } };
};

/** Gives a moment behind it. */
const imported = async (flagKey: string, userIds: readonly string[], reason = '', expiresAt = '') => {
  const rows = userIds.map((userId) => [userId, 'include', reason, expiresAt] as const);
  const started = await side.started(flagKey, [csvOf(rows)]);
  await side.workOff(flagKey, started);
  await side.drive.deliverNew();
  return { started, at: await momentBetween() };
};

describe('the overrides of a moment around an import', () => {
  it('are not told for a moment between an import and its undo, and are for all others', async () => {
    await world.container.createFlag({ key: 'undone' });
    const [userId, other] = [aUserId(), aUserId()];
    const before = await momentBetween();
    const { started, at } = await imported('undone', [userId]);
    await side.undo('undone', started);
    await side.drive.deliverNew();
    const after = await momentBetween();

    expect(await sourceAt('undone', userId, before)).toBe('disabled');
    expect(await sourceAt('undone', userId, at)).toBe('unknown');
    expect(await sourceAt('undone', other, at)).toBe('unknown');
    expect(await sourceAt('undone', userId, after)).toBe('disabled');
    expect(detailOf(await explain('undone', { userId, at }), 'absent')).toBe(
      `nothing is known of the user's overrides at ${at}: an import may have changed them, and the audit log does not say whose it did`,
    );
  });

  it('are not what the last change left, where an import came behind it', async () => {
    await world.container.createFlag({ key: 'readded' });
    const userId = aUserId();
    await world.container.put('readded', userId, 'include');
    await world.container.remove('readded', userId);
    const removed = await momentBetween();
    const { started, at } = await imported('readded', [userId]);
    expect(await sourceAt('readded', userId, at)).toBe('user inclusion');
    await side.undo('readded', started);
    await side.drive.deliverNew();

    expect(await sourceAt('readded', userId, removed)).toBe('disabled');
    expect(await sourceAt('readded', userId, at)).toBe('unknown');
  });

  it('are told by what there is now, as far as no other import has changed it', async () => {
    await world.container.createFlag({ key: 'twice' });
    const [both, first, second, neither] = [aUserId(), aUserId(), aUserId(), aUserId()];
    const { at } = await imported('twice', [both, first], 'first');
    await imported('twice', [both, second], 'second');

    expect(await sourceAt('twice', first, at)).toBe('user inclusion');
    expect(await sourceAt('twice', second, at)).toBe('disabled');
    expect(await sourceAt('twice', neither, at)).toBe('disabled');
    expect(await sourceAt('twice', both, at)).toBe('unknown');
  });

  it('are told by what the next change found, the end of an override among them', async () => {
    await world.container.createFlag({ key: 'next' });
    const [removed, changed, ended] = [aUserId(), aUserId(), aUserId()];
    await imported('next', [removed, changed]);
    const { at } = await imported('next', [ended], '', new Date(Date.now() + HOUR_MS).toISOString());
    await world.container.remove('next', removed);
    await world.container.put('next', changed, 'include', { reason: 'changed' });
    await side.drive.deliverNew();
    await side.drive.tables.flagTable.deleteAll([await side.drive.includeKey('next', ended)]);
    passTime(2 * HOUR_MS);
    await side.drive.deliver((await side.drive.news()).map(asCollectedNow));

    expect(await sourceAt('next', removed, at)).toBe('user inclusion');
    expect(await sourceAt('next', changed, at)).toBe('user inclusion');
    expect(await sourceAt('next', ended, at)).toBe('user inclusion');
    const behindItsEnd = new Date(Date.now() - HOUR_MS / 2).toISOString();
    expect(await sourceAt('next', ended, behindItsEnd)).toBe('disabled');
  });

  it('are not told of a flag that is gone with what the import gave', async () => {
    await world.container.createFlag({ key: 'former' });
    const userId = aUserId();
    const { at } = await imported('former', [userId]);
    await world.container.flags.delete(aCall(), 'former');
    await world.container.createFlag({ key: 'former' });
    await side.drive.deliverNew();

    expect(await sourceAt('former', userId, at)).toBe('unknown');
    expect(await sourceAt('former', userId, await momentBetween())).toBe('disabled');
  });
});
