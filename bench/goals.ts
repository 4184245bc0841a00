import { type ContenderName, EVERY_FLAG, LOADING, ONE_FLAG, PEERS } from './cases';
import type { Measurements } from './measure';
import { median } from './statistics';

export interface Goal {
  readonly text: string;
  /** What was measured, in the unit of the goal: times another's cost, or times as fast. */
  readonly ratio: number;
  readonly isMet: boolean;
}

/** Median nanoseconds by row and contender. */
export type Medians = (row: string, contender: ContenderName) => number;

export const mediansOf =
  (measurements: Measurements): Medians =>
  (row, contender) =>
    median(measurements.get(row)?.get(contender) ?? []);

const MOST_OF_LIMIT = 1.5;
const MOST_OF_TEN_OVERRIDES = 1.1;
const LEAST_OF_FASTEST_PEER = 2;

export const atMost = (text: string, ratio: number, most: number): Goal => ({
  text: `${text}: at most ${most}`,
  ratio,
  isMet: ratio <= most,
});

const atLeast = (text: string, ratio: number, least: number): Goal => ({
  text: `${text}: at least ${least}`,
  ratio,
  isMet: ratio >= least,
});

/** Whether what was measured is what Guidon promises. */
export const goalsOf = (of: Medians): Goal[] => {
  const peersOf = (row: string): number[] => PEERS.map((peer) => of(row, peer));
  const fastest = (row: string): number => Math.min(...peersOf(row)) / of(row, 'guidon');
  const [, ten, , most] = ONE_FLAG;
  return [
    ...ONE_FLAG.map(({ row }) =>
      atMost(`${row}, times the cost of the limit`, of(row, 'guidon') / of(row, 'limit'), MOST_OF_LIMIT),
    ),
    ...ONE_FLAG.map(({ row }) => atLeast(`${row}, times as fast as the fastest peer`, fastest(row), 1)),
    atMost(
      `${most.row}, times the cost of 10`,
      of(most.row, 'guidon') / of(ten.row, 'guidon'),
      MOST_OF_TEN_OVERRIDES,
    ),
    ...EVERY_FLAG.map(({ row }) =>
      atLeast(`${row}, times as fast as the fastest peer`, fastest(row), LEAST_OF_FASTEST_PEER),
    ),
    atLeast(
      `${LOADING.row}, times as fast as the median peer`,
      median(peersOf(LOADING.row)) / of(LOADING.row, 'guidon'),
      1,
    ),
  ];
};
