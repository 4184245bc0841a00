import '../support/browser';
import { randomUUID } from 'node:crypto';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeatureProvider, useFlag } from '@openfeature/react-sdk';
import { ErrorCode, type EvaluationContext, OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { adminOf, keyOf } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';
import { everyContainerKnows, ofrepOf } from '../support/ofrep';
import { recordFetch } from '../support/recorded-fetch';

let guidon: GuidonInstance;
const { ask, makeFlag } = adminOf(() => guidon);
const { all } = ofrepOf(() => guidon);
const flags = { open: '', text: '', number: '', object: '' };

/** A page with the official web provider, signed in or not. */
const openPage = (token?: string) => {
  const wire = recordFetch();
  const domain = randomUUID();
  const provider = new OFREPWebProvider({
    baseUrl: guidon.url,
    fetchImplementation: wire.fetch,
    // what is kept from an earlier visit would hide the wire
    cacheMode: 'disabled',
    ...(token !== undefined && { headers: [['Authorization', `Bearer ${token}`]] }),
  });
  return { wire, domain, provider, client: OpenFeature.getClient(domain) };
};

type Page = ReturnType<typeof openPage>;

const ready = async (page: Page, context = {}): Promise<Page> => {
  await OpenFeature.setContext(page.domain, context);
  await OpenFeature.setProviderAndWait(page.domain, page.provider);
  return page;
};

beforeAll(async () => {
  guidon = await useGuidon();
  const make = async (fields: object) => keyOf(await makeFlag({ enabled: true, ...fields }));
  flags.open = await make({ visibility: 'public' });
  flags.text = await make({ type: 'string', variants: { on: 'dark', off: 'light' } });
  flags.number = await make({ type: 'number', variants: { on: 2.5, off: 0 } });
  flags.object = await make({ type: 'object', variants: { on: { size: 3 }, off: {} } });
  await eventually(
    () => all({}, { as: 'alice' }),
    ({ text }) => {
      expect(text).toContain(flags.object);
    },
  );
  await everyContainerKnows();
});

afterAll(async () => {
  await OpenFeature.close();
});

describe('a page with the official web provider', () => {
  it('gets all values at once, of every type', async () => {
    const { client, wire } = await ready(openPage(guidon.tokens.alice), { targetingKey: guidon.ids.alice });
    expect(client.getBooleanValue(flags.open, false)).toBe(true);
    expect(client.getStringValue(flags.text, 'code default')).toBe('dark');
    expect(client.getNumberValue(flags.number, -1)).toBe(2.5);
    expect(client.getObjectValue(flags.object, {})).toEqual({ size: 3 });
    expect(client.getStringDetails(flags.text, '')).toMatchObject({
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { source: 'default', flagVersion: 1 },
    });
    expect(wire.calls).toHaveLength(1);
  });

  it('falls back to its own default for flags that are not there for its user', async () => {
    const { client } = await ready(openPage());
    expect(client.getBooleanValue(flags.open, false)).toBe(true);
    expect(client.getStringDetails(flags.text, 'code default')).toMatchObject({
      value: 'code default',
      errorCode: ErrorCode.FLAG_NOT_FOUND,
      flagMetadata: { environment: 'production' },
    });
    expect(client.getBooleanDetails('no-such-flag', true)).toMatchObject({
      value: true,
      errorCode: ErrorCode.FLAG_NOT_FOUND,
    });
  });

  it('asks again when its context changes, and is told when nothing is different', async () => {
    const page = await ready(openPage(guidon.tokens.bob));
    const visits = { targetingKey: guidon.ids.bob, session: { visits: 0 } };
    await OpenFeature.setContext(page.domain, visits);
    // other suites change flags of theirs meanwhile
    const last = await eventually(
      async () => {
        visits.session.visits += 1;
        await OpenFeature.setContext(page.domain, { ...visits });
        return page.wire.last();
      },
      (call) => {
        expect(call?.status).toBe(304);
      },
    );
    expect(last?.ifNoneMatch).toMatch(/^".+"$/);
    expect(last?.etag).toBe(last?.ifNoneMatch);
    expect(page.client.getStringValue(flags.text, 'code default')).toBe('dark');
  });

  it('gets other values once they are other', async () => {
    const page = await ready(openPage(guidon.tokens.bob));
    const changes: string[] = [];
    page.client.addHandler(ProviderEvents.ContextChanged, () => changes.push('context'));
    const path = `/api/admin/flags/${flags.text}/users`;
    await ask('POST', path, { userId: guidon.ids.bob, overrideType: 'exclude' });
    let visits = 0;
    const details = await eventually(
      async () => {
        await OpenFeature.setContext(page.domain, { session: { visits: (visits += 1) } });
        return page.client.getStringDetails(flags.text, 'code default');
      },
      ({ value }) => {
        expect(value).toBe('light');
      },
    );
    expect(details).toMatchObject({ reason: 'TARGETING_MATCH', flagMetadata: { overrideKind: 'exclude' } });
    expect(changes.length).toBeGreaterThan(0);
    await ask('DELETE', `${path}/${guidon.ids.bob}`);
  });

  it.each([
    ['a token that does not count', () => 'not.a.token', {}, 401],
    ['the id of another user', () => guidon.tokens.bob, { targetingKey: 'somebody-else' }, 403],
  ])('does not become ready with %s', async (_, token, context, status) => {
    const page = openPage(token());
    await expect(ready(page, context)).rejects.toThrow();
    expect(page.client.providerStatus).toBe('FATAL');
    expect(page.wire.last()).toMatchObject({ status });
    expect(page.client.getBooleanValue(flags.open, false)).toBe(false);
  });
});

describe('a component with the official React SDK', () => {
  it('shows the value of a flag, and the new one when its user signs in', async () => {
    const flag = keyOf(
      await makeFlag({ type: 'string', variants: { on: 'new', off: 'old' }, visibility: 'public' }),
    );
    const userId = guidon.ids.alice;
    await ask('POST', `/api/admin/flags/${flag}/users`, { userId, overrideType: 'include' });
    await eventually(
      () => all({}, { as: 'alice' }),
      ({ body }) => {
        expect(body.flags).toContainEqual(expect.objectContaining({ key: flag, value: 'new' }));
      },
    );
    const { domain, provider } = signingIn();
    const Checkout = () => createElement('p', null, `checkout: ${useFlag(flag, 'code default').value}`);
    const element = document.body.appendChild(document.createElement('main'));
    const root = createRoot(element);
    await act(() => OpenFeature.setProviderAndWait(domain, provider));
    await act(async () => {
      root.render(createElement(OpenFeatureProvider, { domain }, createElement(Checkout)));
    });
    // each container of the function hears of the flag on its own
    const shownAs = (context: EvaluationContext, text: string) =>
      eventually(
        async () => {
          await act(() => OpenFeature.setContext(domain, context));
          return element.textContent;
        },
        (shown) => {
          expect(shown).toBe(text);
        },
      );
    await shownAs({}, 'checkout: old');
    await shownAs({ targetingKey: userId }, 'checkout: new');
    await act(async () => {
      root.unmount();
    });
  });

  /** Sends a token as soon as there is a user. */
  const signingIn = () => {
    const domain = randomUUID();
    const isSignedIn = () => OpenFeature.getContext(domain).targetingKey !== undefined;
    const provider = new OFREPWebProvider({
      baseUrl: guidon.url,
      cacheMode: 'disabled',
      headersFactory: async () => (isSignedIn() ? [['Authorization', `Bearer ${guidon.tokens.alice}`]] : []),
    });
    return { domain, provider };
  };
});
