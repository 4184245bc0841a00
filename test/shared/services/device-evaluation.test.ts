import { contextOf } from '../../../shared/evaluation/context';
import { composeEvaluationService } from '../../../shared/composition/evaluation-service';
import { driveStream } from '../../support/drive-stream';
import { detailOf, explainIn, matchedBy, momentBetween } from '../../support/explanations';
import { aCall, aUserId, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;

beforeAll(async () => {
  world = await openFaultyWorld({ stream: true });
});
afterAll(() => world.stop());

const explain = explainIn(() => world);

const sourceOf = async (flagKey: string, userId: string, deviceId: string) => {
  const service = composeEvaluationService(world.config);
  const found = await service.evaluateOne(contextOf(ENVIRONMENT, { userId, deviceId }), flagKey);
  return [found?.source, found?.value];
};

describe('what a user is given on a device', () => {
  it('is an exclusion before the value of the device, the value of the user, and an inclusion', async () => {
    const user = aUserId();
    const key = 'dev-order';
    const variants = { on: 'on', off: 'off' };
    await world.container.createFlag({ key, type: 'string', variants });
    await world.container.putDevice(user, 'dev-order-phone');
    const ask = () => sourceOf(key, user, 'dev-order-phone');
    expect(await ask()).toEqual(['disabled', 'off']);
    await world.container.put(key, user, 'include');
    expect(await ask()).toEqual(['user inclusion', 'on']);
    await world.container.pin({ userId: user }, { [key]: 'users' });
    expect(await ask()).toEqual(['user override', 'users']);
    await world.container.pin({ deviceId: 'dev-order-phone' }, { [key]: 'devices' });
    expect(await ask()).toEqual(['device override', 'devices']);
    await world.container.put(key, user, 'exclude');
    expect(await ask()).toEqual(['user exclusion', 'off']);
  });

  it('has nothing of a device that is of somebody else, not registered, or a charger', async () => {
    const [owner, other] = [aUserId(), aUserId()];
    await world.container.createFlag({ key: 'dev-own' });
    await world.container.putDevice(owner, 'dev-own-phone');
    await world.container.pin({ deviceId: 'dev-own-phone' }, { 'dev-own': true });
    const newContainer = () => world.newContainer();
    expect(await newContainer().valueOf('dev-own', owner, 'dev-own-phone')).toBe(true);
    expect(await newContainer().valueOf('dev-own', owner)).toBe(false);
    expect(await newContainer().valueOf('dev-own', other, 'dev-own-phone')).toBe(false);
    expect(await newContainer().valueOf('dev-own', owner, 'dev-own-none')).toBe(false);
    await world.container.putDevice(owner, 'dev-own-phone', 'charger');
    expect(await newContainer().valueOf('dev-own', owner, 'dev-own-phone')).toBe(false);
  });

  it('follows changes of the device and of its values in containers that know them', async () => {
    const user = aUserId();
    const container = world.newContainer();
    const context = contextOf(ENVIRONMENT, { userId: user, deviceId: 'dev-moves' });
    const value = async () =>
      (await container.evaluation.evaluate(context, true)).evaluations.find(({ key }) => key === 'dev-moving')
        ?.value;
    await world.container.createFlag({ key: 'dev-moving' });
    expect(await value()).toBe(false);
    await world.container.putDevice(user, 'dev-moves');
    await world.container.pin({ deviceId: 'dev-moves' }, { 'dev-moving': true });
    expect(await value()).toBe(true);
    await world.container.devices.remove(aCall(), user, 'dev-moves');
    expect(await value()).toBe(false);
  });

  it('asks nothing of the table about devices where the request names none', async () => {
    const container = world.newContainer();
    const user = aUserId();
    await container.valueOf('dev-own', undefined);
    const before = world.proxy.calls.length;
    await container.valueOf('dev-own', user);
    expect(world.proxy.calls.slice(before)).toEqual(['Query']);
  });
});

describe('an explanation for a device', () => {
  it('tells of its value now and at a moment in the past', async () => {
    const user = aUserId();
    const key = 'dev-told';
    await world.container.createFlag({ key });
    await world.container.putDevice(user, 'dev-told-phone');
    const start = await momentBetween();
    await world.container.pin({ deviceId: 'dev-told-phone' }, { [key]: true });
    const pinned = await momentBetween();
    await world.container.pin({ deviceId: 'dev-told-phone' }, { [key]: null });
    const cleared = await momentBetween();
    const stream = driveStream(world);
    await stream.deliverNew();

    const at = (moment?: string, userId = user) =>
      explain(key, { userId, deviceId: 'dev-told-phone', ...(moment !== undefined && { at: moment }) });
    expect(matchedBy(await at())).toEqual(['disabled']);
    expect(matchedBy(await at(start))).toEqual(['disabled']);
    const then = await at(pinned);
    expect(matchedBy(then)).toEqual(['device override']);
    expect(detailOf(then, 'device override')).toContain('the device has a value, true,');
    expect(matchedBy(await at(cleared))).toEqual(['disabled']);

    await world.container.pin({ deviceId: 'dev-told-phone' }, { [key]: true });
    expect(matchedBy(await at())).toEqual(['device override']);
    const stranger = await at(undefined, aUserId());
    expect(matchedBy(stranger)).toEqual(['disabled']);
    expect(detailOf(stranger, 'device override')).toContain('is not known as a device of the user');
  });
});
