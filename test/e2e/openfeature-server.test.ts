import { randomUUID } from 'node:crypto';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import {
  type Client,
  ErrorCode,
  type EvaluationDetails,
  type FlagValue,
  OpenFeature,
} from '@openfeature/server-sdk';
import { adminOf, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { everyContainerKnows, ofrepOf } from '../support/ofrep';
import { recordFetch } from '../support/recorded-fetch';

let guidon: GuidonInstance;
let backend: Client;
const { ask, makeFlag } = adminOf(() => guidon);
const { one } = ofrepOf(() => guidon);
const wire = recordFetch();
const flags = { boolean: '', text: '', number: '', object: '', half: '' };

/** Where the store is slow, a container does not know a new flag at once, and what it knows is STALE. */
const expectDetails = <Given extends EvaluationDetails<FlagValue>>(
  ask: () => Promise<Given>,
  expected: object,
): Promise<Given> =>
  eventually(ask, (given) => {
    expect(given).toMatchObject(expected);
  });

const expectValue = (ask: () => Promise<unknown>, value: unknown): Promise<unknown> =>
  eventually(ask, (given) => {
    expect(given).toEqual(value);
  });

const clientWith = async (token: string | undefined): Promise<Client> => {
  const provider = new OFREPProvider({
    baseUrl: guidon.url,
    fetchImplementation: wire.fetch,
    ...(token !== undefined && { headers: [['Authorization', `Bearer ${token}`]] }),
  });
  const domain = randomUUID();
  await OpenFeature.setProviderAndWait(domain, provider);
  return OpenFeature.getClient(domain);
};

beforeAll(async () => {
  guidon = await useGuidon();
  backend = await clientWith(await guidon.machineToken());
  const make = async (fields: object) => keyOf(await makeFlag({ enabled: true, ...fields }));
  flags.boolean = await make({});
  flags.text = await make({ type: 'string', variants: { on: 'dark', off: 'light' } });
  flags.number = await make({ type: 'number', variants: { on: 2.5, off: 0 } });
  flags.object = await make({ type: 'object', variants: { on: { size: 3 }, off: {} } });
  flags.half = await make({ rolloutPercentage: 50, visibility: 'public' });
  await eventually(
    () => one(flags.half),
    ({ status }) => {
      expect(status).toBe(200);
    },
  );
  await everyContainerKnows();
});

afterAll(async () => {
  await OpenFeature.close();
});

describe('a backend with the official server provider', () => {
  it('gets values of every type', async () => {
    const context = { targetingKey: newUserId() };
    await expectValue(() => backend.getStringValue(flags.text, 'code default', context), 'dark');
    await expectValue(() => backend.getBooleanValue(flags.boolean, false, context), true);
    await expectValue(() => backend.getNumberValue(flags.number, -1, context), 2.5);
    await expectValue(() => backend.getObjectValue(flags.object, {}, context), { size: 3 });
  });

  it('gets variant, reason and metadata of the user that it names', async () => {
    const userId = newUserId();
    const expiresAt = '2999-12-31T23:59:59.000Z';
    const path = `/api/admin/flags/${flags.text}/users`;
    await ask('POST', path, { userId, overrideType: 'exclude', expiresAt });
    await expectDetails(
      () => backend.getStringDetails(flags.text, 'code default', { targetingKey: userId }),
      {
        value: 'light',
        variant: 'off',
        reason: 'TARGETING_MATCH',
        flagMetadata: { source: 'user exclusion', flagVersion: 1, overrideKind: 'exclude', expiresAt },
      },
    );
    await expectDetails(
      () => backend.getStringDetails(flags.text, 'code default', { targetingKey: newUserId() }),
      {
        value: 'dark',
        variant: 'on',
        reason: 'STATIC',
        flagMetadata: { source: 'default' },
      },
    );
  });

  it('finds the same user always on the same side of a percentage, and users on both sides', async () => {
    const valueFor = (targetingKey: string) =>
      expectDetails(() => backend.getBooleanDetails(flags.half, false, { targetingKey }), {
        reason: 'SPLIT',
        flagMetadata: { source: 'rollout' },
      });
    const users = Array.from({ length: 24 }, newUserId);
    const first = await Promise.all(users.map(valueFor));
    const second = await Promise.all(users.map(valueFor));
    expect(second).toEqual(first);
    expect(new Set(first.map(({ value }) => value)).size).toBe(2);
  });

  it('falls back to its own default, and knows why', async () => {
    const context = { targetingKey: newUserId() };
    await Promise.all([
      expectDetails(() => backend.getBooleanDetails('no-such-flag', true, context), {
        value: true,
        errorCode: ErrorCode.FLAG_NOT_FOUND,
        reason: 'ERROR',
      }),
      expectDetails(() => backend.getBooleanDetails(flags.text, true, context), {
        value: true,
        errorCode: ErrorCode.TYPE_MISMATCH,
      }),
      expectDetails(() => backend.getBooleanDetails(flags.half, true), {
        value: true,
        errorCode: ErrorCode.TARGETING_KEY_MISSING,
      }),
      expectDetails(() => backend.getBooleanDetails(flags.boolean, false, { targetingKey: 'no id at all' }), {
        value: false,
        errorCode: ErrorCode.INVALID_CONTEXT,
      }),
    ]);
  });

  it('is refused with a token that does not count', async () => {
    const stranger = await clientWith('not.a.token');
    const details = await stranger.getBooleanDetails(flags.boolean, false, {});
    expect(details).toMatchObject({ value: false, errorCode: ErrorCode.GENERAL });
    expect(wire.last()).toMatchObject({ status: 401 });
  });

  it('is refused where a user asks for another', async () => {
    const bob = await clientWith(guidon.tokens.bob);
    const asked = { targetingKey: guidon.ids.alice };
    expect(await bob.getBooleanDetails(flags.boolean, false, asked)).toMatchObject({
      value: false,
      errorCode: ErrorCode.GENERAL,
    });
    expect(wire.last()).toMatchObject({ status: 403 });
    const own = { targetingKey: guidon.ids.bob };
    expect(await bob.getBooleanValue(flags.boolean, false, own)).toBe(true);
  });
});
