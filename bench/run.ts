import { CONTENDERS } from './cases';
import { measure, QUICK } from './measure';
import { bundleContenders, installPeers } from './prepare';
import { median } from './statistics';
const tell = (s: string) => {
  process.stderr.write(s + '\n');
};
const main = async () => {
  installPeers(tell);
  const only = process.argv[2]?.split(',') ?? [...CONTENDERS];
  const bundles = await bundleContenders(CONTENDERS.filter((n) => only.includes(n)));
  const m = await measure({ ...QUICK, launches: Number(process.argv[3] ?? 1) }, bundles, tell);
  for (const [row, by] of m) {
    console.log(
      row.padEnd(30),
      [...by].map(([n, s]) => `${n} ${(median(s) / 1000).toFixed(3)}µs`).join('  '),
    );
  }
};
void main();
