import type { FlagError } from '../../../shared/errors';
import { driveStream } from '../../support/drive-stream';
import { giveDevice } from '../../support/give-overrides';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

let made = 0;
const aSize = async (): Promise<string> => {
  made += 1;
  const key = `size-${made}`;
  await world.container.createFlag({ key, type: 'number', variants: { on: 2, off: 1 } });
  return key;
};

const give = async (flagKey: string, value: number, more: { enabled?: boolean } = {}): Promise<string> => {
  const user = aUserId();
  await world.container.typed.add(aCall(), user, { flagKey, value, enabled: true, ...more }, undefined);
  return user;
};

const atMost = (flagKey: string, maximum: number, call: Parameters<typeof aCall>[0] = {}) =>
  world.container.flags.patch(aCall(call), flagKey, { valueSchema: { maximum } });

const typed = (user: string, flagKey: string) => world.container.typed.get(ENVIRONMENT, user, flagKey);

describe('a schema that values of overrides do not fit', () => {
  it('is refused naming them, of users and devices, as a dry run too', async () => {
    const key = await aSize();
    await give(key, 5);
    const user = await give(key, 50);
    await giveDevice(world, key, 'phone-1', 60);
    for (const dryRun of [true, false]) {
      const refusal = atMost(key, 9, { dryRun });
      await expect(refusal).rejects.toMatchObject({ code: 'IN_USE' });
      const { message, errors = [] } = (await refusal.catch((error: unknown) => error)) as FlagError;
      expect(message).toContain('2 overrides');
      expect(errors.map(({ pointer, code }) => [pointer, code])).toEqual([
        ['/valueSchema', 'override_unfit'],
        ['/valueSchema', 'override_unfit'],
      ]);
      expect(errors.map((each) => each.message).join()).toContain(user);
      expect(errors.map((each) => each.message).join()).toContain('phone-1');
    }
    expect(await world.container.flags.get(ENVIRONMENT, key)).toMatchObject({
      version: 1,
      valueSchema: null,
    });
    expect(await atMost(key, 60)).toMatchObject({ version: 2 });
  });

  it('names twenty, and counts all', async () => {
    const key = await aSize();
    for (let user = 0; user < 23; user += 1) {
      await give(key, 50);
    }
    const { message, errors } = (await atMost(key, 9).catch((error: unknown) => error)) as FlagError;
    expect(errors).toHaveLength(20);
    expect(message).toContain('23 overrides');
  });

  it('comes with force, and switches them off in the name of the caller, past the limit', async () => {
    const key = await aSize();
    const [fits, unfit] = [await give(key, 5), await give(key, 50)];
    await giveDevice(world, key, 'phone-2', 60);
    const attribution = { ...aCall().attribution, actor: 'forcing-admin' };
    expect(await atMost(key, 9, { force: true, dryRun: true })).toMatchObject({
      valueSchema: { maximum: 9 },
    });
    expect(await typed(unfit, key)).toMatchObject({ enabled: true });
    expect(await atMost(key, 9, { force: true, attribution })).toMatchObject({ version: 2 });
    expect(await typed(fits, key)).toMatchObject({ enabled: true, version: 1 });
    expect(await typed(unfit, key)).toMatchObject({ enabled: false, value: 50, version: 2 });
    expect(await world.newContainer().valueOf(key, unfit)).toBe(1);
    await expect(world.container.typed.update(aCall(), unfit, key, { enabled: true })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    const stream = driveStream(world);
    await stream.deliverNew();
    const { items } = await world.container.audit.list({
      environment: ENVIRONMENT,
      actor: 'forcing-admin',
      limit: 50,
    });
    expect(items.map(({ event }) => event).sort()).toEqual([
      'flag.updated',
      'override.updated',
      'override.updated',
    ]);
    expect(items.find(({ targetDeviceId }) => targetDeviceId === 'phone-2')).toMatchObject({
      reason: 'The value no longer fits the schema of the flag',
      changedKeys: ['enabled'],
    });
    expect(await stream.unattributed()).toEqual([]);
  });

  it('comes with force where it switches off values of very many devices', async () => {
    const key = await aSize();
    for (let number = 0; number < 60; number += 1) {
      await giveDevice(world, key, `many-${String(number)}`, 60);
    }
    await atMost(key, 9, { force: true });
    const page = { after: undefined, limit: 100 };
    const { items } = await world.container.search.list(ENVIRONMENT, { flagKey: key }, page);
    expect(items.filter(({ enabled }) => !enabled)).toHaveLength(60);
  });

  it('does not ask those that are switched off or of a former flag, and looks at nothing else that changes', async () => {
    const key = await aSize();
    await give(key, 50, { enabled: false });
    await atMost(key, 9);
    await give(key, 5);
    expect(await world.container.flags.patch(aCall(), key, { name: 'Size' })).toMatchObject({ version: 3 });
    await world.container.flags.delete(aCall(), key);
    await world.container.createFlag({ key, type: 'number', variants: { on: 2, off: 1 } });
    expect(await atMost(key, 2)).toMatchObject({ version: 2 });
  });

  it('that is there already, sent again with force, switches off what was written beside it', async () => {
    const key = await aSize();
    await atMost(key, 9);
    // as a write does that read the flag before it had the schema
    await giveDevice(world, key, 'phone-3', 60);
    await atMost(key, 9, { force: true });
    const { items } = await world.container.search.list(
      ENVIRONMENT,
      { flagKey: key },
      { after: undefined, limit: 50 },
    );
    expect(items).toMatchObject([{ deviceId: 'phone-3', enabled: false }]);
  });

  it('is not copied over them either, but by force', async () => {
    const key = await aSize();
    const user = await give(key, 50);
    const staging = aCall({ environment: 'staging' });
    await world.container.flags.create(staging, {
      key,
      type: 'number',
      variants: { on: 2, off: 1 },
      valueSchema: { maximum: 9 },
    });
    await expect(world.container.copies.copy(staging, key, ENVIRONMENT)).rejects.toMatchObject({
      code: 'IN_USE',
      errors: [{ pointer: '/to' }],
    });
    await world.container.copies.copy({ ...staging, force: true }, key, ENVIRONMENT);
    expect(await typed(user, key)).toMatchObject({ enabled: false });
  });
});
