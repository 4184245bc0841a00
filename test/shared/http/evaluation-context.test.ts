import { evaluationContextOf } from '../../../shared/http/evaluation-context';
import { identityIn } from '../../../shared/http/given-context';
import { NO_IDENTITY } from '../../../shared/http/identity';
import type { Principal } from '../../../shared/http/principal';
import { readUserAgent } from '../../../shared/http/user-agent';

const alice: Principal = {
  userId: 'a11ce000-0000-4000-8000-000000000003',
  identity: { ...NO_IDENTITY, groups: ['beta'], email: 'alice@example.com', custom: { plan: 'pro' } },
  isMachine: false,
};
const nobody: Principal = { userId: undefined, identity: NO_IDENTITY, isMachine: false };

const contextFor = (headers: Record<string, string>, given = {}, principal = alice) =>
  evaluationContextOf({ event: { headers }, principal, environment: 'production' }, given);

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('the browser in a User-Agent', () => {
  it.each([
    [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36`, 'chrome', 'windows', 'desktop'],
    [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, 'edge', 'windows', 'desktop'],
    [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0`, 'opera', 'windows', 'desktop'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'firefox', 'linux', 'desktop'],
    [`${MAC} Version/17.5 Safari/605.1.15`, 'safari', 'macos', 'desktop'],
    [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, 'safari', 'ios', 'mobile'],
    [`${IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, 'chrome', 'ios', 'mobile'],
    [`${IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`, 'firefox', 'ios', 'mobile'],
    [`${IPAD} Version/16.6 Mobile/15E148 Safari/604.1`, 'safari', 'ios', 'tablet'],
    [`${ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36`, 'chrome', 'android', 'mobile'],
    [`${ANDROID} Chrome/126.0.0.0 Safari/537.36`, 'chrome', 'android', 'tablet'],
    [`${ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`, 'samsung', 'android', 'mobile'],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/126.0.0.0 Safari/537.36',
      'chrome',
      'chromeos',
      'desktop',
    ],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', undefined, undefined, 'bot'],
    ['my-app/1.0', undefined, undefined, undefined],
    ['', undefined, undefined, undefined],
  ])('%s', (userAgent, browser, platform, deviceType) => {
    expect(readUserAgent(userAgent)).toEqual({ browser, platform, deviceType });
  });

  it('is what the client hints say, where they say something', () => {
    const brands = '"Not/A)Brand";v="8", "Chromium";v="126", "Microsoft Edge";v="126"';
    expect(
      readUserAgent(`${WINDOWS} Chrome/126.0.0.0 Safari/537.36`, {
        brands,
        platform: '"macOS"',
        mobile: '?0',
      }),
    ).toEqual({ browser: 'edge', platform: 'macos', deviceType: 'desktop' });
    expect(readUserAgent('', { platform: '"Android"', mobile: '?1' })).toEqual({
      browser: undefined,
      platform: 'android',
      deviceType: 'mobile',
    });
  });
});

describe('the context of who asks for themselves', () => {
  it('has identity by the token, whatever the request says', () => {
    const said = { userId: 'x', email: 'x', groups: ['admin'], userType: 'x', subscription: 'x', plan: 'x' };
    const context = contextFor({}, { targetingKey: 'x', ...said, environment: 'staging', now: 0 });
    expect(context).toMatchObject({ ...alice.identity, userId: alice.userId, environment: 'production' });
    expect(contextFor({}, { targetingKey: 'x', ...said }, nobody)).toMatchObject({
      ...NO_IDENTITY,
      userId: undefined,
    });
  });

  it('has the attributes of the client by its headers', () => {
    const userAgent = `${WINDOWS} Chrome/126.0.0.0 Safari/537.36`;
    const context = contextFor({
      'user-agent': userAgent,
      'accept-language': 'de-CH,de;q=0.9,en;q=0.8',
      'x-timezone': 'Europe/Zurich',
      'x-app-version': '4.2.0-beta.1',
      'cloudfront-viewer-country': 'CH',
      'cloudfront-viewer-country-region': 'ZH',
      'cloudfront-viewer-time-zone': 'Europe/Berlin',
    });
    expect(context).toMatchObject({ country: 'CH', region: 'ZH' });
    expect(context.client).toEqual({
      userAgent,
      browser: 'chrome',
      platform: 'windows',
      deviceType: 'desktop',
      language: 'de-CH',
      timezone: 'Europe/Zurich',
      appVersion: '4.2.0-beta.1',
    });
    expect(contextFor({ 'cloudfront-viewer-time-zone': 'Asia/Tokyo' }).client).toEqual({
      timezone: 'Asia/Tokyo',
    });
  });

  it('has none of a header that says nothing, or that is of no known form', () => {
    const headers = {
      'user-agent': '',
      'accept-language': '*',
      'x-timezone': 'a b',
      'x-app-version': '1'.repeat(65),
      'cloudfront-viewer-country': 'Atlantis',
    };
    expect(contextFor(headers)).toMatchObject({ client: {}, country: undefined, region: undefined });
  });

  it('looks at the beginning of a long header only', () => {
    const { client } = contextFor({ 'user-agent': 'Opera Mini'.repeat(1_000) });
    expect(client['userAgent']).toHaveLength(512);
  });

  it('has what the client says of itself, before what its headers say', () => {
    const given = {
      client: { language: 'fr', cart: { items: 3 } },
      session: { visits: 7 },
      country: 'FR',
      region: 'IDF',
    };
    const context = contextFor({ 'accept-language': 'de', 'x-timezone': 'Europe/Paris' }, given);
    expect(context).toMatchObject({
      client: { language: 'fr', timezone: 'Europe/Paris', cart: { items: 3 } },
      session: { visits: 7 },
      country: 'FR',
      region: 'IDF',
    });
  });

  it('takes what has another type for not said', () => {
    const given = { client: 'web', session: [1], country: 7, region: null };
    expect(contextFor({}, given)).toMatchObject({
      client: {},
      session: {},
      country: undefined,
      region: undefined,
    });
  });
});

describe('the identity that a trusted caller gives', () => {
  it('is in the fields of the context', () => {
    const given = {
      targetingKey: 'u1',
      email: 'a@example.com',
      groups: ['a', 'b'],
      userType: 'staff',
      subscription: 'premium',
      orders: 12,
      client: { browser: 'chrome' },
      now: 'x',
    };
    expect(identityIn(given)).toEqual({
      email: 'a@example.com',
      groups: ['a', 'b'],
      userType: 'staff',
      subscription: 'premium',
      custom: { orders: 12 },
    });
  });
});
