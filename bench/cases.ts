/** What is measured. Cases of one group are timed in turns, in the same processes. */
export type Case = OneFlagCase | EveryFlagCase | LoadingCase;

interface OneFlagCase {
  readonly kind: 'one';
  readonly row: string;
  readonly flags: 1;
  readonly overrides: number;
}

interface EveryFlagCase {
  readonly kind: 'all';
  readonly row: string;
  readonly flags: number;
  readonly overrides: number;
}

interface LoadingCase {
  readonly kind: 'load';
  readonly row: string;
  readonly flags: number;
  readonly overrides: number;
}

const inWords = (count: number): string => count.toLocaleString('en-US');

const oneFlag = (overrides: number): OneFlagCase => ({
  kind: 'one',
  row: overrides === 0 ? 'One flag without overrides' : `One flag, ${inWords(overrides)} overrides`,
  flags: 1,
  overrides,
});

/** Each flag with ten overrides. */
const everyFlag = (flags: number): EveryFlagCase => ({
  kind: 'all',
  row: `All of ${inWords(flags)} flags`,
  flags,
  overrides: 10,
});

export const ONE_FLAG = [oneFlag(0), oneFlag(10), oneFlag(1_000), oneFlag(100_000)] as const;
export const EVERY_FLAG = [everyFlag(10), everyFlag(100), everyFlag(1_000)] as const;
/** Without overrides: Guidon's are no part of a flag, so that they would be in everybody's text but its own. */
export const LOADING: LoadingCase = { kind: 'load', row: 'Loading 1,000 flags', flags: 1_000, overrides: 0 };

export const GROUPS: readonly (readonly Case[])[] = [ONE_FLAG, EVERY_FLAG, [LOADING]];

export const CONTENDERS = [
  'guidon',
  'limit',
  'flagd',
  'growthbook',
  'launchdarkly',
  'unleash',
  'flipt',
] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Everybody but Guidon and the hand-written limit. */
export const PEERS = CONTENDERS.filter((name) => name !== 'guidon' && name !== 'limit');
