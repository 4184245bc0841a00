import { createHash } from 'node:crypto';

/** One flag of the workload, in words that every contender can say in its own way. First match decides. */
export interface BenchFlag {
  readonly key: string;
  /** User ids that get it off, whatever else is said. */
  readonly excluded: readonly string[];
  /** User ids that get it on, unless they are excluded: the overrides whose number the measurements vary. */
  readonly included: readonly string[];
}

/** Who asks: what an identity provider and a browser usually say. Texts alone, which every contender can compare. */
export interface Asker {
  readonly userId: string;
  readonly email: string;
  readonly userType: string;
  readonly subscription: string;
  readonly country: string;
  readonly region: string;
  readonly browser: string;
  readonly platform: string;
  readonly deviceType: string;
  readonly appVersion: string;
  readonly language: string;
  readonly timezone: string;
}

/** On for users in any of these countries who have this subscription … */
export const FIRST_RULE = { countries: ['DE', 'AT', 'CH'], subscription: 'premium' } as const;
/** … and on for users with such an e-mail address. */
export const SECOND_RULE = { emailSuffix: '@staff.example.com' } as const;
/** On for this share of everybody else. */
export const PERCENTAGE = 30;

const COUNTRIES = ['DE', 'AT', 'CH', 'FR', 'IT', 'ES', 'PL', 'NL', 'SE', 'US'] as const;
const ASKERS = 1_000;
const EXCLUDED = 10;
/** Of a flag with overrides, as many are of users who ask; all others are of users who never do. */
const INCLUDED_ASKERS = 10;
/** Spreads the ids a flag names over the askers. */
const STRIDE = 97;

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** In the form of a UUID, as user pools give them. */
const idOf = (text: string): string =>
  hexOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** The same for every measurement: one in ten matches the first rule, one in twenty the second. */
export const askers: readonly Asker[] = Array.from({ length: ASKERS }, (_, index) => {
  const userId = idOf(`asker ${index}`);
  return {
    userId,
    email: `${userId.slice(0, 8)}@${index % 20 === 7 ? 'staff.' : ''}example.com`,
    userType: 'customer',
    subscription: index % 4 === 0 ? 'premium' : 'free',
    country: COUNTRIES[index % COUNTRIES.length] ?? '',
    region: `region-${index % 16}`,
    browser: index % 3 === 0 ? 'Firefox' : 'Chrome',
    platform: index % 2 === 0 ? 'Windows' : 'macOS',
    deviceType: 'desktop',
    appVersion: `4.${index % 12}.0`,
    language: 'en',
    timezone: 'Europe/Berlin',
  };
});

const someAskers = (count: number, start: number): string[] =>
  Array.from({ length: count }, (_, index) => askers[(start + index * STRIDE) % askers.length]?.userId ?? '');

/** Ids of users who never ask, with those who do spread evenly among them. */
const includedIds = (count: number, asking: readonly string[]): string[] => {
  const every = Math.floor(count / asking.length);
  return Array.from({ length: count }, (_, index) =>
    index % every === every - 1
      ? (asking[Math.floor(index / every)] ?? idOf(`silent ${index}`))
      : idOf(`silent ${index}`),
  );
};

/** `overrides` is 0, or a multiple of ten. */
export const benchFlag = (index: number, overrides: number): BenchFlag => ({
  key: `checkout-step-${index}`,
  excluded: someAskers(EXCLUDED, index * 7),
  included: overrides === 0 ? [] : includedIds(overrides, someAskers(INCLUDED_ASKERS, index * 7 + 53)),
});

export const benchFlags = (count: number, overrides: number): BenchFlag[] =>
  Array.from({ length: count }, (_, index) => benchFlag(index, overrides));

/** What the flag gives the asker wherever no percentage has to decide; undefined where one has. */
export const expectedAnswer = (
  { excluded, included }: BenchFlag,
  { userId, email, country, subscription }: Asker,
): boolean | undefined => {
  if (excluded.includes(userId)) {
    return false;
  }
  const isTargeted =
    included.includes(userId) ||
    (FIRST_RULE.countries.some((each) => each === country) && subscription === FIRST_RULE.subscription) ||
    email.endsWith(SECOND_RULE.emailSuffix);
  return isTargeted ? true : undefined;
};
