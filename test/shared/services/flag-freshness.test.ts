import { setTimeout as sleep } from 'node:timers/promises';
import { compilers } from '../../../shared/composition/compilers';
import { openTables } from '../../../shared/composition/parts';
import { DynamoRulesetSource } from '../../../shared/dynamodb/ruleset-source';
import { FlagCache, type Ruleset } from '../../../shared/services/flag-cache';
import { telemetry } from '../../../shared/telemetry';
import { aCall, ENVIRONMENT, openFaultyWorld, type FaultyWorld } from '../../support/world';

let world: FaultyWorld;
/** The clock of the caches; the table keeps the real one. */
let nowMs: number;
const clock = () => nowMs;

beforeAll(async () => {
  world = await openFaultyWorld();
});
beforeEach(() => {
  nowMs = Date.now();
});
afterEach(() => {
  world.proxy.heal();
});
afterAll(() => world.stop());

interface Waits {
  readonly before?: (isStrong: boolean) => Promise<void>;
  readonly after?: () => Promise<void>;
  readonly afterAll?: () => Promise<void>;
}

/** A cache whose reads may wait: of the versions before and after, of all flags after. */
const open = (wait: Waits = {}) => {
  const source = new DynamoRulesetSource(openTables(world.config).flagTable);
  const slow = {
    loadAll: async (environment: string) => {
      const loaded = await source.loadAll(environment);
      await wait.afterAll?.();
      return loaded;
    },
    loadChanged: source.loadChanged.bind(source),
    versions: async (environment: string, isStrong = false) => {
      await wait.before?.(isStrong);
      const versions = await source.versions(environment, isStrong);
      await wait.after?.();
      return versions;
    },
  };
  return new FlagCache({ source: slow, compilers, clock, telemetry });
};
/** Holds those who come while it is closed, until they are let go. */
const aGate = () => {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isClosed = false;
  return {
    pass: async () => (isClosed ? held : undefined),
    close: (closed = true) => {
      isClosed = closed;
    },
    letGo: () => {
      letGo();
    },
  };
};
const enable = (key: string) => world.container.flags.patch(aCall(), key, { enabled: true });
const isOn = ({ flags }: Ruleset, key: string): boolean | undefined => {
  const flag = flags.get(key);
  return flag && flag.configurations[0].disabled === undefined;
};

describe('the flags of a container', () => {
  it('are as new as the question where that is asked for, also while a check is under way', async () => {
    await world.container.createFlag({ key: 'asked-fresh' });
    const gate = aGate();
    const cache = open({ after: gate.pass });
    await cache.get(ENVIRONMENT);
    nowMs += 650;
    gate.close();
    const checked = cache.get(ENVIRONMENT);
    await enable('asked-fresh');
    gate.close(false);
    const fresh = cache.get(ENVIRONMENT, 'fresh');
    gate.letGo();
    await checked;
    expect(isOn(await fresh, 'asked-fresh')).toBe(true);
  });

  it('are not asked for again and again by those who want them fresh while the store does not answer', async () => {
    const cache = open();
    await cache.get(ENVIRONMENT);
    world.proxy.inject('fail');
    await cache.get(ENVIRONMENT, 'fresh');
    const before = world.proxy.calls.length;
    for (let count = 0; count < 5; count += 1) {
      expect(await cache.get(ENVIRONMENT, 'fresh')).toMatchObject({ isStale: true });
    }
    expect(world.proxy.calls.length).toBe(before);
  });

  it('are waited for by those whom an old answer is of no use to, also behind a failure', async () => {
    await world.container.createFlag({ key: 'asked-exactly' });
    const cache = open();
    await cache.get(ENVIRONMENT);
    world.proxy.inject('fail');
    expect(await cache.get(ENVIRONMENT, 'exact')).toMatchObject({ isStale: true });
    world.proxy.heal();
    await enable('asked-exactly');
    expect(await cache.get(ENVIRONMENT, 'fresh')).toMatchObject({ isStale: true });
    const exact = await cache.get(ENVIRONMENT, 'exact');
    expect(exact.isStale).toBe(false);
    expect(isOn(exact, 'asked-exactly')).toBe(true);
  });

  it('have longer to be read where an old answer is of no use', async () => {
    await world.container.createFlag({ key: 'asked-patiently' });
    const cache = open({ before: (isStrong) => sleep(isStrong ? 700 : 0) });
    await cache.get(ENVIRONMENT);
    await enable('asked-patiently');
    expect(isOn(await cache.get(ENVIRONMENT, 'fresh'), 'asked-patiently')).toBe(false);
    expect(isOn(await cache.get(ENVIRONMENT, 'exact'), 'asked-patiently')).toBe(true);
  });

  const sleepThroughMuch = async (key: string) => {
    for (let count = 0; count <= 100; count += 1) {
      await world.container.flags.patch(aCall(), key, { description: `change ${String(count)}` });
    }
  };

  it('are all read again in the time of those whom an old answer is of no use to', async () => {
    await world.container.createFlag({ key: 'read-patiently' });
    let waitMs = 0;
    const cache = open({ afterAll: () => sleep(waitMs) });
    await cache.get(ENVIRONMENT);
    await sleepThroughMuch('read-patiently');
    await enable('read-patiently');
    waitMs = 700;
    const exact = await cache.get(ENVIRONMENT, 'exact');
    expect(exact.isStale).toBe(false);
    expect(isOn(exact, 'read-patiently')).toBe(true);
  });

  it('are as new as the question also where all of them were being read when it was asked', async () => {
    await world.container.createFlag({ key: 'overtaken' });
    const gate = aGate();
    const cache = open({ afterAll: gate.pass });
    await cache.get(ENVIRONMENT);
    await sleepThroughMuch('overtaken');
    gate.close();
    nowMs += 650;
    // goes on with what it has; the reading goes on beside it
    expect(await cache.get(ENVIRONMENT)).toMatchObject({ isStale: true });
    await enable('overtaken');
    const exact = cache.get(ENVIRONMENT, 'exact');
    setTimeout(gate.letGo, 100);
    expect(await exact).toMatchObject({ isStale: false });
    expect(isOn(await exact, 'overtaken')).toBe(true);
  });
});
