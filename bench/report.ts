import { CONTENDERS, type ContenderName, GROUPS } from './cases';
import type { Goal, Medians } from './goals';

/** Names as their makers write them. */
const NAMES: Readonly<Record<ContenderName, string>> = {
  guidon: 'Guidon',
  limit: 'by hand',
  flagd: 'flagd',
  growthbook: 'GrowthBook',
  launchdarkly: 'LaunchDarkly',
  unleash: 'Unleash',
  flipt: 'Flipt',
};

export const ROWS: readonly string[] = GROUPS.flatMap((cases) => cases.map(({ row }) => row));

const inUnits = (nanoseconds: number): string =>
  nanoseconds < 100_000
    ? `${(nanoseconds / 1e3).toPrecision(3)} µs`
    : `${(nanoseconds / 1e6).toPrecision(3)} ms`;

const times = (ratio: number): string =>
  ratio >= 100 ? String(Math.round(ratio)) : ratio.toPrecision(ratio < 1 ? 2 : 3);

/** Guidon's own time, and what each other one takes as a multiple of it: one run, one machine. */
export const tableOf = (of: Medians): string => {
  const others = CONTENDERS.filter((name) => name !== 'guidon');
  return [
    `| case | ${NAMES.guidon} | ${others.map((name) => NAMES[name]).join(' | ')} |`,
    `| --- | ${['guidon', ...others].map(() => '---:').join(' | ')} |`,
    ...ROWS.map((row) => {
      const own = of(row, 'guidon');
      const ratios = others.map((name) => `× ${times(of(row, name) / own)}`);
      return `| ${row} | ${inUnits(own)} | ${ratios.join(' | ')} |`;
    }),
  ].join('\n');
};

export const goalLines = (goals: readonly Goal[]): string =>
  goals
    .map(
      ({ text, ratio, isMet }) => `${isMet ? 'met   ' : 'MISSED'}  ${ratio.toFixed(2).padStart(8)}  ${text}`,
    )
    .join('\n');
