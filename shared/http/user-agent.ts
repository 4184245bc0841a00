import { parseUserAgent } from 'detect-browser';

/** What a browser says of itself; undefined where it does not say, or is none that we know. */
export interface BrowserAttributes {
  readonly browser: string | undefined;
  readonly platform: string | undefined;
  readonly deviceType: 'desktop' | 'mobile' | 'tablet' | 'bot' | undefined;
}

/** Brands of `Sec-CH-UA`. Chromium comes last: each of the others names it too. */
const BRANDS: readonly (readonly [string, string])[] = [
  ['Google Chrome', 'chrome'],
  ['Microsoft Edge', 'edge'],
  ['Opera', 'opera'],
  ['Samsung Internet', 'samsung'],
  ['Brave', 'brave'],
  ['Vivaldi', 'vivaldi'],
  ['Chromium', 'chrome'],
];

/** The same browser has a name of the library for each system it runs on. */
const SAME: Readonly<Partial<Record<string, string>>> = {
  'edge-chromium': 'edge',
  'edge-ios': 'edge',
  crios: 'chrome',
  'chromium-webview': 'chrome',
  fxios: 'firefox',
  ios: 'safari',
  'ios-webview': 'safari',
};

const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/^"?(iOS|iPadOS)/, 'ios'],
  [/^"?Android/, 'android'],
  [/^"?Windows/, 'windows'],
  [/^"?(macOS|Mac OS)/, 'macos'],
  [/^"?(Chrome OS|Chromium OS|CrOS)/, 'chromeos'],
  [/^"?Linux/, 'linux'],
];

const platformOf = (name: string | null | undefined): string | undefined =>
  PLATFORMS.find(([pattern]) => pattern.test(name ?? ''))?.[1];

const brandOf = (brands: string): string | undefined =>
  BRANDS.find(([brand]) => brands.includes(`"${brand}"`))?.[1];

const deviceOf = (userAgent: string, platform: string | undefined): BrowserAttributes['deviceType'] => {
  if (/iPad|Tablet|Kindle|Silk\//.test(userAgent) || (platform === 'android' && !/Mobi/.test(userAgent))) {
    return 'tablet';
  }
  if (/Mobi|iPhone|iPod/.test(userAgent)) {
    return 'mobile';
  }
  return platform === undefined ? undefined : 'desktop';
};

const hintedDevice = (hint: string | undefined, platform: string | undefined) => {
  if (hint === '?1') {
    return 'mobile';
  }
  return hint === '?0' && platform !== undefined && platform !== 'android' ? 'desktop' : undefined;
};

/**
 * Reads the client hints of a browser, and its User-Agent for what they leave open. The texts must be bounded: some
 * expressions of the library look at each pair of characters.
 */
export const readUserAgent = (
  userAgent: string,
  hints: { readonly brands?: string; readonly platform?: string; readonly mobile?: string } = {},
): BrowserAttributes => {
  const parsed = userAgent === '' ? null : parseUserAgent(userAgent);
  if (parsed?.type === 'bot' || parsed?.type === 'bot-device') {
    return { browser: undefined, platform: undefined, deviceType: 'bot' };
  }
  const platform = platformOf(hints.platform) ?? platformOf(parsed?.os);
  return {
    browser:
      brandOf(hints.brands ?? '') ?? (parsed === null ? undefined : (SAME[parsed.name] ?? parsed.name)),
    platform,
    deviceType: hintedDevice(hints.mobile, platform) ?? deviceOf(userAgent, platform),
  };
};
