import { adminOf, FLAGS, keyOf, newUserId } from './admin';
import { type Answer, type DemoUser, type GuidonInstance } from './guidon-instance';

/** A request that names what is bob's, in braces: in its path, its headers or its body. */
export interface Attempt {
  readonly who: DemoUser | 'nobody';
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Flags of which bob has something that others have not, by the name that attempts have for their keys. */
export const FLAGS_OF_BOB = ['includedKey', 'typedKey', 'pinnedKey'] as const;

/** What an answer to somebody else must not tell. */
const SECRETS = ['included', 'typed', 'pinned', 'why', 'name', 'deviceId', 'userId', 'email'];

/**
 * Bob has an inclusion, a value, and a device with a value that is pinned on it, each on a flag of its own, which are
 * public.
 */
export const thingsOfBob = (instance: () => GuidonInstance) => {
  const { ask, makeFlag } = adminOf(instance);
  const suite = newUserId().slice(0, 8);
  /** What these flags give everybody else. */
  const others = `others-${suite}`;
  const names: Record<string, string> = {
    deviceId: `phone-of-bob-${suite}`,
    included: `included-${suite}`,
    typed: `typed-${suite}`,
    pinned: `pinned-${suite}`,
    why: `why-${suite}`,
    name: `name-${suite}`,
    email: 'bob@example.com',
  };

  const named = (name: string): string => names[name] ?? `no-${name}`;
  const filled = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => named(name));
  const filledJson = <Json>(json: Json): Json => JSON.parse(filled(JSON.stringify(json))) as Json;

  const set = async (method: string, path: string, body: object): Promise<void> => {
    const { status } = await ask(method, filled(path), filledJson(body));
    expect([200, 201]).toContain(status);
  };

  const aFlag = async (on: string): Promise<string> =>
    keyOf(await makeFlag({ type: 'string', variants: { on, off: others }, visibility: 'public' }));

  return {
    others,
    filled,
    /** Makes them, for the attempts to name. */
    make: async (): Promise<void> => {
      names['userId'] = instance().ids.bob;
      names['aliceId'] = instance().ids.alice;
      names['USERID'] = instance().ids.bob.toUpperCase();
      names['includedKey'] = await aFlag(named('included'));
      names['typedKey'] = await aFlag(others);
      names['pinnedKey'] = await aFlag(others);
      names['flagKey'] = named('typedKey');
      const reason = '{why}';
      await set('POST', `${FLAGS}/{includedKey}/users`, {
        userId: '{userId}',
        overrideType: 'include',
        reason,
      });
      const value = { flagKey: '{typedKey}', value: '{typed}', reason };
      await set('POST', '/api/admin/users/{userId}/flag-overrides', value);
      await set('PUT', '/api/admin/users/{userId}/devices/{deviceId}', { type: 'phone', name: '{name}' });
      const flags = [{ key: '{pinnedKey}', value: '{pinned}' }];
      await set('PATCH', '/api/admin/devices/{deviceId}/feature-flags', { flags });
    },
    /** The values that bob is given on a route of evaluation, by their names: of one flag, or of all. */
    valuesIn: (path: string): string[] => {
      const ofOne = FLAGS_OF_BOB.filter((key) => path.includes(`{${key}}`));
      return (ofOne.length > 0 ? ofOne : FLAGS_OF_BOB).map((key) => key.replace('Key', ''));
    },
    /** As admins see them. */
    shown: async () => {
      const paths = [
        ...FLAGS_OF_BOB.map((key) => `/api/admin/feature-flags/{${key}}/user-overrides`),
        '/api/admin/users/{userId}/devices/{deviceId}',
      ];
      const answers = await Promise.all(paths.map((path) => ask('GET', filled(path))));
      return answers.map(({ body }) => body as Record<string, unknown>);
    },
    remove: async (): Promise<void> => {
      await ask('DELETE', filled('/api/admin/users/{userId}/devices/{deviceId}'));
      for (const key of FLAGS_OF_BOB) {
        await ask('DELETE', `${FLAGS}/${named(key)}`);
      }
    },
    attempt: ({ who, method, path, headers = {}, body }: Attempt): Promise<Answer> =>
      instance().call(method, filled(path), {
        ...(who !== 'nobody' && { as: who }),
        headers: filledJson(headers),
        ...(body !== undefined && { body: filledJson(body) }),
      }),
    /** The secrets that the answer tells. A refusal names its own request, so that ids of its path or body are none. */
    toldBy: ({ status, text }: Answer, { path, body = '' }: Attempt): string[] => {
      const isIn = (name: string, where: string) => where.toLowerCase().includes(named(name).toLowerCase());
      const said = status < 400 ? '' : filled(path + JSON.stringify(body));
      return SECRETS.filter((name) => isIn(name, text) && !isIn(name, said));
    },
  };
};
