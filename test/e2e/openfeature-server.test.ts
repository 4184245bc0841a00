import { randomUUID } from 'node:crypto';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { type Client, ErrorCode, OpenFeature } from '@openfeature/server-sdk';
import { adminOf, keyOf, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { ofrepOf } from '../support/ofrep';
import { recordFetch } from '../support/recorded-fetch';

let guidon: GuidonInstance;
let backend: Client;
const { ask, makeFlag } = adminOf(() => guidon);
const { one } = ofrepOf(() => guidon);
const wire = recordFetch();
const flags = { boolean: '', text: '', number: '', object: '', half: '' };

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
}, 90_000);

afterAll(async () => {
  await OpenFeature.close();
});

describe('a backend with the official server provider', () => {
  it('gets values of every type', async () => {
    const context = { targetingKey: newUserId() };
    expect(await backend.getStringValue(flags.text, 'code default', context)).toBe('dark');
    expect(await backend.getBooleanValue(flags.boolean, false, context)).toBe(true);
    expect(await backend.getNumberValue(flags.number, -1, context)).toBe(2.5);
    expect(await backend.getObjectValue(flags.object, {}, context)).toEqual({ size: 3 });
  });

  it('gets variant, reason and metadata of the user that it names', async () => {
    const userId = newUserId();
    const expiresAt = '2999-12-31T23:59:59.000Z';
    const path = `/api/admin/flags/${flags.text}/users`;
    await ask('POST', path, { userId, overrideType: 'exclude', expiresAt });
    const details = await eventually(
      () => backend.getStringDetails(flags.text, 'code default', { targetingKey: userId }),
      ({ value }) => {
        expect(value).toBe('light');
      },
    );
    expect(details).toMatchObject({
      variant: 'off',
      reason: 'TARGETING_MATCH',
      flagMetadata: { source: 'user exclusion', flagVersion: 1, overrideKind: 'exclude', expiresAt },
    });
    expect(
      await backend.getStringDetails(flags.text, 'code default', { targetingKey: newUserId() }),
    ).toMatchObject({ value: 'dark', variant: 'on', reason: 'STATIC', flagMetadata: { source: 'default' } });
  });

  it('finds the same user always on the same side of a percentage, and users on both sides', async () => {
    const valueFor = (targetingKey: string) => backend.getBooleanDetails(flags.half, false, { targetingKey });
    const users = Array.from({ length: 24 }, newUserId);
    const first = await Promise.all(users.map(valueFor));
    const second = await Promise.all(users.map(valueFor));
    expect(second).toEqual(first);
    expect(new Set(first.map(({ value }) => value)).size).toBe(2);
    expect(first[0]).toMatchObject({ reason: 'SPLIT', flagMetadata: { source: 'rollout' } });
  });

  it('falls back to its own default, and knows why', async () => {
    const context = { targetingKey: newUserId() };
    const [unknown, otherType, unnamed, unspeakable] = await Promise.all([
      backend.getBooleanDetails('no-such-flag', true, context),
      backend.getBooleanDetails(flags.text, true, context),
      backend.getBooleanDetails(flags.half, true),
      backend.getBooleanDetails(flags.boolean, false, { targetingKey: 'no id at all' }),
    ]);
    expect(unknown).toMatchObject({ value: true, errorCode: ErrorCode.FLAG_NOT_FOUND, reason: 'ERROR' });
    expect(otherType).toMatchObject({ value: true, errorCode: ErrorCode.TYPE_MISMATCH });
    expect(unnamed).toMatchObject({ value: true, errorCode: ErrorCode.TARGETING_KEY_MISSING });
    expect(unspeakable).toMatchObject({ value: false, errorCode: ErrorCode.INVALID_CONTEXT });
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
