import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONTENDERS } from './cases';
import { type Goal, goalsOf, mediansOf } from './goals';
import { FULL, measure, QUICK } from './measure';
import { measureOverrides } from './overrides';
import { bundleContenders, installPeers } from './prepare';
import { goalLines, tableOf } from './report';

const HELP = `Measures evaluation against other flag systems, and what a flag's overrides cost by their number; says whether
Guidon's goals are met.

npm run bench [-- <options>]

  --quick          a short run, for a first look: its figures vary
  --only <part>    evaluation, or overrides
  --json <file>    also writes every measurement, in nanoseconds
  --help           this text

All contenders run in one go, each in a process of its own, in turns. The first run installs the packages of the
others into bench/node_modules, and makes a table with a million overrides in bench/build (two gigabytes). The figures go to standard output, what happens meanwhile to standard error. The exit
status is 1 where a goal is missed: repeat the run on a machine that does nothing else before believing it.
docs/performance.md says what the figures mean.`;

const tell = (progress: string): void => {
  process.stderr.write(`${progress}\n`);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { only = '' } = values;
  if (!['', 'evaluation', 'overrides'].includes(only)) {
    throw new Error(`--only is evaluation or overrides, not "${only}".`);
  }
  const goals = [
    ...(only === 'overrides' ? [] : await measureEvaluation(values)),
    ...(only === 'evaluation' ? [] : await measureOverrides(tell)),
  ];
  console.log(goalLines(goals));
  process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;
};

const measureEvaluation = async ({ quick, json }: { quick: boolean; json?: string }): Promise<Goal[]> => {
  installPeers(tell);
  const bundles = await bundleContenders(CONTENDERS);
  const measurements = await measure(quick ? QUICK : FULL, bundles, tell);
  const of = mediansOf(measurements);
  console.log(`${tableOf(of)}\n`);
  if (json !== undefined) {
    const plain = [...measurements].map(([row, samples]) => [row, Object.fromEntries(samples)]);
    writeFileSync(json, `${JSON.stringify(Object.fromEntries(plain), undefined, 2)}\n`);
  }
  return goalsOf(of);
};

main().catch((error: unknown) => {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
