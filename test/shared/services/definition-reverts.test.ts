import { revertingIn } from '../../support/reverting';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld({ stream: true });
});
afterAll(() => world.stop());

const { aFlag, lastEvent, revert } = revertingIn(() => world);

describe('reverting a change of a flag', () => {
  it('of its creation takes no override along that came later, and the flag where there is none', async () => {
    const [key, userId] = [await aFlag(), aUserId()];
    const { id } = await lastEvent('flag.created', key);
    await world.container.put(key, userId, 'include');
    await expect(revert(id)).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      message: expect.stringContaining('has overrides by now') as string,
    });
    expect(await world.container.valueOf(key, userId)).toBe(true);
    await world.container.remove(key, userId);
    expect(await revert(id)).toMatchObject({ event: 'flag.deleted', after: null });
  });

  it.each([
    [
      'flag.updated',
      'flag.updated',
      (key: string) => world.container.flags.patch(aCall(), key, { rolloutPercentage: 3 }),
    ],
    [
      'flag.enabled',
      'flag.disabled',
      (key: string) => world.container.flags.changeState(aCall(), key, 'enable', null),
    ],
    [
      'flag.archived',
      'flag.restored',
      (key: string) => world.container.flags.changeState(aCall(), key, 'archive', null),
    ],
    [
      'flag.killed',
      'flag.revived',
      (key: string) => world.container.flags.changeState(aCall(), key, 'kill', null),
    ],
    [
      'rule.created',
      'rule.deleted',
      (key: string) =>
        world.container.rules.add(aCall(), key, {
          name: null,
          description: null,
          operator: 'AND',
          conditions: [{ attribute: 'country', operator: 'equals', value: 'DE' }],
          enabled: true,
          serve: {},
        }),
    ],
  ] as const)('of %s is %s, with a new version', async (event, opposite, change) => {
    const key = await aFlag();
    const was = await world.container.flags.get(ENVIRONMENT, key);
    await change(key);
    const { id } = await lastEvent(event, key);
    expect(await revert(id)).toMatchObject({ event: opposite, reason: `revert of ${id}` });
    const { version, updatedAt, ...is } = await world.container.flags.get(ENVIRONMENT, key);
    expect(version).toBe(3);
    expect({ ...is, version: 1, updatedAt: was.updatedAt }).toEqual(was);
    expect(updatedAt >= was.updatedAt).toBe(true);
    await expect(revert(id)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('removes one that was created, and creates one that was deleted as it was, killed and archived', async () => {
    const key = await aFlag({ rolloutPercentage: 12 });
    await world.container.flags.changeState(aCall(), key, 'kill', null);
    await world.container.flags.changeState(aCall(), key, 'archive', null);
    await world.container.flags.delete(aCall(), key);
    const deletion = await lastEvent('flag.deleted', key);
    expect(await revert(deletion.id)).toMatchObject({ event: 'flag.created', before: null });
    expect(await world.container.flags.get(ENVIRONMENT, key)).toMatchObject({
      rolloutPercentage: 12,
      killed: true,
      state: 'archived',
      version: 1,
    });
    const creation = await lastEvent('flag.created', key);
    expect(await revert(creation.id)).toMatchObject({ event: 'flag.deleted', after: null });
    await expect(world.container.flags.get(ENVIRONMENT, key)).rejects.toMatchObject({
      code: 'FLAG_NOT_FOUND',
    });
  });

  it('that values of overrides do not fit is refused, and with force switches these off', async () => {
    const key = await aFlag({ type: 'number', variants: { on: 2, off: 1 }, valueSchema: { maximum: 9 } });
    await world.container.flags.patch(aCall(), key, { valueSchema: null });
    const user = aUserId();
    await world.container.typed.add(aCall(), user, { flagKey: key, value: 50, enabled: true }, undefined);
    const { id } = await lastEvent('flag.updated', key);
    await expect(revert(id)).rejects.toMatchObject({
      code: 'IN_USE',
      message:
        'The value of 1 override would no longer fit the flag. With force=true it changes, and the override is switched off.',
    });
    expect(await revert(id, { force: true })).toMatchObject({ values: { valueSchema: { maximum: 9 } } });
    expect(await world.container.typed.get(ENVIRONMENT, user, key)).toMatchObject({ enabled: false });
  });

  it('writes nothing in a dry run', async () => {
    const key = await aFlag();
    await world.container.flags.patch(aCall(), key, { enabled: true });
    const { id } = await lastEvent('flag.updated', key);
    expect(await revert(id, { dryRun: true })).toMatchObject({ values: { enabled: false } });
    expect(await world.container.flags.get(ENVIRONMENT, key)).toMatchObject({ enabled: true, version: 2 });
    await expect(revert(id, { ifMatch: [1] })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });
});

describe('reverting a change of a segment', () => {
  const conditions = [{ attribute: 'country', operator: 'equals', value: 'DE' }] as const;
  const definition = { name: null, description: null, operator: 'AND', conditions: [...conditions] } as const;
  const segment = { ...definition, conditions: [...conditions] };

  it('restores, creates again and removes it', async () => {
    const { segments } = world.container;
    await segments.create(aCall(), { ...segment, key: 'germans' });
    await segments.replace(aCall(), 'germans', { ...segment, name: 'Germans' });
    const update = await lastEvent('segment.updated');
    expect(await revert(update.id)).toMatchObject({
      event: 'segment.updated',
      after: { name: null, version: 3 },
    });
    await segments.delete(aCall(), 'germans');
    const deletion = await lastEvent('segment.deleted');
    expect(await revert(deletion.id)).toMatchObject({ event: 'segment.created' });
    const creation = await lastEvent('segment.created');
    expect(await revert(creation.id)).toMatchObject({
      event: 'segment.deleted',
      reason: `revert of ${creation.id}`,
    });
    await expect(segments.get(ENVIRONMENT, 'germans')).rejects.toMatchObject({ code: 'SEGMENT_NOT_FOUND' });
  });
});
