import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeProcessCovs, type ProcessCov } from '@bcoe/v8-coverage';
import { type CoverageMap, createCoverageMap } from 'istanbul-lib-coverage';
import v8ToIstanbul from 'v8-to-istanbul';

/** Least share of covered lines in percent: of everything together, and of the core alone. */
const LEAST = 90;
const LEAST_OF_EVALUATION = 100;

const isOurs = /^(shared|functions)\//;

/** What V8 saw in the bundles that the end-to-end tests ran: one file per process and worker. */
const readBundleCoverage = (folder: string): ProcessCov => {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const parts = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProcessCov);
  return mergeProcessCovs(
    parts.map(({ result }) => ({
      result: result.filter(({ url }) => /asset\.[0-9a-f]+\/index\.mjs$/.test(url)),
    })),
  );
};

/** The assets of an assembly come without source maps; the bundle of the same bytes has one beside it. */
const bundlesBySize = (folder: string): Map<number, string> =>
  new Map(
    readdirSync(folder).map((name) => [statSync(join(folder, name, 'index.mjs')).size, join(folder, name)]),
  );

const bundleOf = (asset: string, bundles: ReadonlyMap<number, string>): string => {
  const bundle = bundles.get(statSync(asset).size);
  const isSame = bundle !== undefined && readFileSync(join(bundle, 'index.mjs')).equals(readFileSync(asset));
  if (!isSame) {
    throw new Error(`no bundle is the same as ${asset}`);
  }
  return bundle;
};

const addBundles = async (map: CoverageMap, root: string): Promise<void> => {
  const bundles = bundlesBySize(join(root, 'build', 'functions'));
  for (const script of readBundleCoverage(join(root, 'coverage', 'bundles')).result) {
    const folder = bundleOf(fileURLToPath(script.url), bundles);
    const sourcemap = JSON.parse(readFileSync(join(folder, 'index.mjs.map'), 'utf8')) as never;
    const converter = v8ToIstanbul(join(folder, 'index.mjs'), 0, {
      source: readFileSync(join(folder, 'index.mjs'), 'utf8'),
      sourceMap: { sourcemap },
    });
    await converter.load();
    converter.applyCoverage(script.functions);
    const found = Object.entries(converter.toIstanbul()).filter(([file]) =>
      isOurs.test(relative(root, file)),
    );
    map.merge(Object.fromEntries(found));
  }
};

interface Share {
  covered: number;
  total: number;
}

const linesOf = (map: CoverageMap, root: string): Map<string, Share> =>
  new Map(
    map.files().map((file) => {
      const { covered, total } = map.fileCoverageFor(file).toSummary().lines;
      return [relative(root, file), { covered, total }];
    }),
  );

const percent = (shares: readonly Share[]): number => {
  const covered = shares.reduce((sum, share) => sum + share.covered, 0);
  const total = shares.reduce((sum, share) => sum + share.total, 0);
  return total === 0 ? 0 : (100 * covered) / total;
};

/** Prints the lines covered by the tests and by the bundles they ran, and says whether that is enough. */
export const checkCoverage = async (root: string): Promise<boolean> => {
  const unit = JSON.parse(
    readFileSync(join(root, 'coverage', 'unit', 'coverage-final.json'), 'utf8'),
  ) as never;
  const map = createCoverageMap(unit);
  await addBundles(map, root);
  const lines = linesOf(map, root);
  const below = (folder: string): Share[] =>
    [...lines].filter(([file]) => file.startsWith(folder)).map(([, share]) => share);
  const whole = percent([...lines.values()]);
  const evaluation = percent(below('shared/evaluation/'));
  for (const folder of ['shared/evaluation/', 'shared/', 'functions/', 'lib/']) {
    console.log(`${folder.padEnd(20)} ${percent(below(folder)).toFixed(1).padStart(5)} % of lines`);
  }
  [...lines]
    .filter(([, share]) => percent([share]) < LEAST)
    .forEach(([file, share]) => {
      console.log(`  ${percent([share]).toFixed(1).padStart(5)} % ${file}`);
    });
  console.log(`${'all'.padEnd(20)} ${whole.toFixed(1).padStart(5)} % of lines (at least ${LEAST} %)`);
  return whole >= LEAST && evaluation >= LEAST_OF_EVALUATION;
};
