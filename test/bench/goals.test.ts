import { CONTENDERS, type ContenderName, EVERY_FLAG, LOADING, ONE_FLAG } from '../../bench/cases';
import { goalsOf, mediansOf } from '../../bench/goals';
import { goalLines, ROWS, tableOf } from '../../bench/report';
import { median } from '../../bench/statistics';

/** Guidon takes 100 everywhere; others take what the test says, else a thousand. */
const measured = (others: Partial<Record<ContenderName, number>> = {}, more: Record<string, number> = {}) =>
  mediansOf(
    new Map(
      ROWS.map((row) => [
        row,
        new Map(
          CONTENDERS.map((name) => [
            name,
            [name === 'guidon' ? (more[row] ?? 100) : (others[name] ?? 1_000), 1e9, 1],
          ]),
        ),
      ]),
    ),
  );

const missed = (of: ReturnType<typeof measured>): string[] =>
  goalsOf(of)
    .filter(({ isMet }) => !isMet)
    .map(({ text }) => text);

describe('the goals of the benchmark', () => {
  it('are met by somebody who is fast enough', () => {
    expect(missed(measured({ limit: 70 }))).toEqual([]);
    expect(goalsOf(measured())).toHaveLength(2 * ONE_FLAG.length + 1 + EVERY_FLAG.length + 1);
  });

  it('are missed one by one', () => {
    expect(missed(measured({ limit: 60 }))).toHaveLength(ONE_FLAG.length);
    expect(missed(measured({ limit: 70, flagd: 150 }))).toHaveLength(EVERY_FLAG.length);
    expect(missed(measured({ limit: 70, flagd: 99 }))).toHaveLength(ONE_FLAG.length + EVERY_FLAG.length);
    expect(missed(measured({ limit: 100 }, { [ONE_FLAG[3].row]: 111 }))).toEqual([
      `${ONE_FLAG[3].row}, times the cost of 10: at most 1.1`,
    ]);
    expect(missed(measured({ limit: 70 }, { [LOADING.row]: 1_001 }))).toHaveLength(1);
  });

  it('are told with their figures', () => {
    expect(goalLines(goalsOf(measured({ limit: 60 })))).toContain(
      'MISSED      1.67  One flag without overrides',
    );
    expect(tableOf(measured({ limit: 50 }))).toContain(
      '| One flag without overrides | 0.100 µs | × 0.50 | × 10.0 |',
    );
  });
});

it.each([
  { numbers: [3, 1, 2], middle: 2 },
  { numbers: [4, 1, 2, 3], middle: 2.5 },
  { numbers: [7], middle: 7 },
  { numbers: [], middle: NaN },
])('the median of $numbers is $middle', ({ numbers, middle }) => {
  expect(median(numbers)).toBe(middle);
});
