import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONTENDERS } from './cases';
import { goalsOf, mediansOf } from './goals';
import { FULL, measure, QUICK } from './measure';
import { bundleContenders, installPeers } from './prepare';
import { goalLines, tableOf } from './report';

const HELP = `Measures evaluation against other flag systems, and says whether Guidon's goals are met.

npm run bench [-- <options>]

  --quick          a short run, for a first look: its figures vary
  --json <file>    also writes every measurement, in nanoseconds
  --help           this text

All contenders run in one go, each in a process of its own, in turns. The first run installs the packages of the
others into bench/node_modules. The figures go to standard output, what happens meanwhile to standard error. The exit
status is 1 where a goal is missed: repeat the run on a machine that does nothing else before believing it.
docs/performance.md says what the figures mean.`;

const tell = (progress: string): void => {
  process.stderr.write(`${progress}\n`);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  installPeers(tell);
  const bundles = await bundleContenders(CONTENDERS);
  const measurements = await measure(values.quick ? QUICK : FULL, bundles, tell);
  const of = mediansOf(measurements);
  const goals = goalsOf(of);
  console.log(`${tableOf(of)}\n\n${goalLines(goals)}`);
  if (values.json !== undefined) {
    const plain = [...measurements].map(([row, samples]) => [row, Object.fromEntries(samples)]);
    writeFileSync(values.json, `${JSON.stringify(Object.fromEntries(plain), undefined, 2)}\n`);
  }
  process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;
};

main().catch((error: unknown) => {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
