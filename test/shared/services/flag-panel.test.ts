import { composeFlagPanelService } from '../../../shared/composition/flag-panel-service';
import type { SubjectFlag } from '../../../shared/contract/feature-flags';
import type { PoolUser } from '../../../shared/ports';
import type { NamedSubject } from '../../../shared/services/feature-flags';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
const ANNA = aUserId();
const USERS: Record<string, PoolUser> = { [ANNA]: { attributes: { sub: ANNA }, groups: ['beta'] } };

beforeAll(async () => {
  world = await openFaultyWorld();
});
afterAll(() => world.stop());

const show = (named: NamedSubject) =>
  composeFlagPanelService(world.config, { find: async (userId) => USERS[userId] }).show(ENVIRONMENT, named);

const flagOf = async (named: NamedSubject, flagKey: string): Promise<SubjectFlag | undefined> =>
  (await show(named)).flags.find(({ key }) => key === flagKey);

describe('all flags as a user has them', () => {
  it('say what decides, and what would have decided', async () => {
    const user = aUserId();
    const variants = { on: 'on', off: 'off' };
    await world.container.createFlag({ key: 'panel-text', type: 'string', variants });
    await world.container.pin({ userId: user }, { 'panel-text': 'mine' });
    const expiresAt = '2999-01-01T00:00:00.000Z';
    await world.container.put('panel-text', user, 'exclude', { expiresAt });
    expect(await flagOf({ userId: user }, 'panel-text')).toEqual({
      key: 'panel-text',
      type: 'string',
      value: 'off',
      variant: 'off',
      reason: 'TARGETING_MATCH',
      source: 'user exclusion',
      override: { kind: 'exclude', expiresAt },
      shadowed: [
        { source: 'user override', value: 'mine', variant: null, kind: 'value', expiresAt: null },
        { source: 'disabled', value: 'off', variant: 'off', kind: null, expiresAt: null },
        { source: 'default', value: 'on', variant: 'on', kind: null, expiresAt: null },
      ],
    });
  });

  it('know the identity that the pool has, and show the off variant to whom a flag is not meant for', async () => {
    await world.container.createFlag({ key: 'panel-beta', enabled: true, groups: ['beta'] });
    await world.container.createFlag({ key: 'panel-gone', enabled: true });
    await world.container.flags.changeState(aCall(), 'panel-gone', 'archive', null);
    expect(await flagOf({ userId: ANNA }, 'panel-beta')).toMatchObject({ value: true, source: 'default' });
    expect(await show({ userId: ANNA })).toMatchObject({ userId: ANNA, identity: 'pool' });
    const stranger = { userId: aUserId() };
    expect(await flagOf(stranger, 'panel-beta')).toMatchObject({ value: false, source: 'group filter' });
    expect(await show(stranger)).toMatchObject({ identity: 'unknown' });
    expect(await flagOf(stranger, 'panel-gone')).toBeUndefined();
  });

  it('have seen each write that was answered before', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'panel-fresh' });
    const panel = composeFlagPanelService(world.config, { find: async () => undefined });
    const value = async () =>
      (await panel.show(ENVIRONMENT, { userId: user })).flags.find(({ key }) => key === 'panel-fresh')?.value;
    for (let round = 0; round < 3; round += 1) {
      await world.container.pin({ userId: user }, { 'panel-fresh': true });
      expect(await value()).toBe(true);
      await world.container.pin({ userId: user }, { 'panel-fresh': null });
      expect(await value()).toBe(false);
    }
  });

  it('have every flag that was made before, also where the store did not answer a moment ago', async () => {
    const user = aUserId();
    const panel = composeFlagPanelService(world.config, { find: async () => undefined });
    const keys = async () => (await panel.show(ENVIRONMENT, { userId: user })).flags.map(({ key }) => key);
    await keys();
    await world.container.createFlag({ key: 'panel-made' });
    expect(await keys()).toContain('panel-made');
    world.proxy.inject('fail');
    await expect(keys()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    world.proxy.heal();
    await world.container.createFlag({ key: 'panel-made-after' });
    expect(await keys()).toContain('panel-made-after');
  });

  it('refuse what is no user id', async () => {
    await expect(show({ userId: 'nobody' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '#path/userId' }],
    });
  });
});

describe('all flags as the owner of a device has them', () => {
  it('are those of the user with the values of the device', async () => {
    const user = aUserId();
    await world.container.createFlag({ key: 'panel-device' });
    await world.container.createFlag({ key: 'panel-user' });
    await world.container.putDevice(user, 'panel-phone');
    await world.container.putDevice(user, 'panel-charger', 'charger');
    await world.container.pin({ userId: user }, { 'panel-device': false, 'panel-user': true });
    await world.container.pin({ deviceId: 'panel-phone' }, { 'panel-device': true });
    const phone = { deviceId: 'panel-phone' };
    expect(await show(phone)).toMatchObject({ deviceId: 'panel-phone', userId: user, identity: 'unknown' });
    expect(await flagOf(phone, 'panel-device')).toMatchObject({
      value: true,
      source: 'device override',
      shadowed: [{ source: 'user override', value: false }, { source: 'disabled' }, { source: 'default' }],
    });
    expect(await flagOf(phone, 'panel-user')).toMatchObject({ value: true, source: 'user override' });
    expect(await flagOf({ userId: user }, 'panel-device')).toMatchObject({ source: 'user override' });
    await expect(show({ deviceId: 'panel-none' })).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await expect(show({ deviceId: 'panel-charger' })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  });
});
