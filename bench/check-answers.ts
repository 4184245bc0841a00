import type { Answers } from './messages';
import { askers, expectedAnswer, PERCENTAGE, type BenchFlag } from './workload';

/** Each contender has a hash of its own; three standard deviations of a flag's thousand askers are 5 points. */
const POINTS_OFF = 6;

/** Sentences about what a contender gets wrong of the workload; none where it answers what is measured. */
export const faultsOf = (answers: Answers, flags: readonly BenchFlag[]): string[] => {
  const faults: string[] = [];
  let decidedByHash = 0;
  let on = 0;
  for (const flag of flags) {
    const given = answers[flag.key] ?? '';
    if (given === '') {
      faults.push(`says nothing about ${flag.key}`);
    }
    for (let index = 0; index < given.length; index += 1) {
      const answer = given.charAt(index);
      const asker = askers[index];
      const expected = asker && expectedAnswer(flag, asker);
      if (answer === '?' || (expected !== undefined && answer !== (expected ? '1' : '0'))) {
        const right = expected === undefined ? '1 or 0' : String(Number(expected));
        faults.push(`${flag.key} of asker ${index} is ${answer}, not ${right}`);
      }
      decidedByHash += expected === undefined ? 1 : 0;
      on += expected === undefined && answer === '1' ? 1 : 0;
    }
  }
  const share = (100 * on) / decidedByHash;
  if (Math.abs(share - PERCENTAGE) > POINTS_OFF) {
    faults.push(
      `gives ${share.toFixed(1)} % of those whom a percentage decides the flag, not ${PERCENTAGE} %`,
    );
  }
  return faults;
};
