import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { eachMapping, TraceMap } from '@jridgewell/trace-mapping';
import { mergeProcessCovs, type ProcessCov } from '@bcoe/v8-coverage';
import { createCoverageMap, type FileCoverageData, type Location, type Range } from 'istanbul-lib-coverage';

/** Least share of covered lines in percent: of everything together, and of the core alone. */
const LEAST = 90;
const LEAST_OF_CORE = 100;
const CORE = 'shared/evaluation/';

const OURS = /^(shared|functions|lib(?!\/substitutes))\//;

type Functions = ProcessCov['result'][number]['functions'];

/** A part of a text that ran so often. */
type CountedRange = Functions[number]['ranges'][number];

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

/** Lines of one source that are code, and those of them that ran. */
interface Lines {
  readonly code: Set<number>;
  readonly ran: Set<number>;
}

class LineCoverage {
  readonly files = new Map<string, Lines>();

  constructor(private readonly root: string) {}

  /** Undefined where the source is not ours. */
  of(file: string): Lines | undefined {
    const name = relative(this.root, file);
    if (!OURS.test(name)) {
      return undefined;
    }
    const lines = this.files.get(name) ?? { code: new Set(), ran: new Set() };
    this.files.set(name, lines);
    return lines;
  }
}

/** How often each character of a text ran: inner ranges overrule those around them. */
const countsOf = (ranges: readonly CountedRange[], length: number): Int32Array => {
  const counts = new Int32Array(length);
  [...ranges]
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
    .forEach(({ startOffset, endOffset, count }) => counts.fill(count, startOffset, endOffset));
  return counts;
};

const lineStarts = (text: string): number[] => [
  0,
  ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1),
];

/**
 * A line of a source is code where the source map leads to it (what was shaken off, or is a type, leads nowhere), and
 * it ran where any of the characters that lead to it did.
 */
const addBundle = (coverage: LineCoverage, folder: string, functions: Functions): void => {
  const text = readFileSync(join(folder, 'index.mjs'), 'utf8');
  const counts = countsOf(
    functions.flatMap(({ ranges }) => ranges),
    text.length,
  );
  const starts = lineStarts(text);
  const map = new TraceMap(readFileSync(join(folder, 'index.mjs.map'), 'utf8'));
  const lines = new Map(
    map.sources.map((source) => [source, source === null ? undefined : coverage.of(join(folder, source))]),
  );
  eachMapping(map, ({ source, originalLine, generatedLine, generatedColumn }) => {
    const of = lines.get(source);
    if (of === undefined || originalLine === null) {
      return;
    }
    of.code.add(originalLine);
    if ((counts[(starts[generatedLine - 1] ?? 0) + generatedColumn] ?? 0) > 0) {
      of.ran.add(originalLine);
    }
  });
};

const addBundles = (coverage: LineCoverage, root: string): void => {
  const bundles = bundlesBySize(join(root, 'build', 'functions'));
  for (const { url, functions } of readBundleCoverage(join(root, 'coverage', 'bundles')).result) {
    addBundle(coverage, bundleOf(fileURLToPath(url), bundles), functions);
  }
};

interface Counted extends Range {
  readonly count: number;
}

/** What jest counted in a source: its functions, their statements, and the branches of these. */
const countedIn = ({ statementMap, s, branchMap, b, fnMap, f }: FileCoverageData): Counted[] =>
  [
    ...Object.entries(fnMap).map(([id, { loc }]) => ({ ...loc, count: f[id] ?? 0 })),
    ...Object.entries(statementMap).map(([id, range]) => ({ ...range, count: s[id] ?? 0 })),
    ...Object.entries(branchMap).flatMap(([id, { locations }]) =>
      locations.map((range, index) => ({ ...range, count: b[id]?.[index] ?? 0 })),
    ),
    // an else that is not there has no place
  ].filter(({ start }) => 'line' in start);

/**
 * The lines that ran: of those where something begins that is counted, the ones where some of that ran; of the others,
 * the ones whose first character lies in something that did.
 */
export const linesThatRan = (text: string, data: FileCoverageData): number[] => {
  const starts = lineStarts(text);
  // no column says the end of the line
  const offsetOf = ({ line, column }: Location): number =>
    (column as number | null) === null ? (starts[line] ?? Infinity) : (starts[line - 1] ?? 0) + column;
  const counted = countedIn(data);
  const around = countsOf(
    counted.map(({ start, end, count }) => ({
      startOffset: offsetOf(start),
      endOffset: offsetOf(end),
      count,
    })),
    text.length,
  );
  const begun = new Map<number, number>();
  counted.forEach(({ start: { line }, count }) => begun.set(line, (begun.get(line) ?? 0) + count));
  return text.split('\n').flatMap((line, index) => {
    const first = (starts[index] ?? 0) + line.length - line.trimStart().length;
    return (begun.get(index + 1) ?? around[first] ?? 0) > 0 ? [index + 1] : [];
  });
};

/** What ran in jest itself. A file that is in no bundle is code where it has statements. */
const addUnit = (coverage: LineCoverage, root: string): void => {
  const unit = JSON.parse(
    readFileSync(join(root, 'coverage', 'unit', 'coverage-final.json'), 'utf8'),
  ) as never;
  const map = createCoverageMap(unit);
  for (const file of map.files()) {
    const { data } = map.fileCoverageFor(file);
    const lines = coverage.of(file);
    if (lines === undefined) {
      continue;
    }
    const { code, ran } = lines;
    if (code.size === 0) {
      Object.values(data.statementMap).forEach(({ start }) => code.add(start.line));
    }
    linesThatRan(readFileSync(file, 'utf8'), data).forEach((line) => ran.add(line));
  }
};

/** Sources of ours that hold more than types and are not among those that a bundle or a test loads. */
export const neverLoaded = (root: string, loaded: ReadonlySet<string>): string[] =>
  ['shared', 'functions', 'lib']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => name.endsWith('.ts') && OURS.test(name) && !loaded.has(name))
    .filter((name) => codeOf(readFileSync(join(root, name), 'utf8')) !== '');

/** What is left of a source without its types. */
const codeOf = (source: string): string => transformSync(source, { loader: 'ts' }).code.trim();

const missed = ({ code, ran }: Lines): number[] =>
  [...code].filter((line) => !ran.has(line)).sort((a, b) => a - b);

const percent = (parts: readonly Lines[]): number => {
  const total = parts.reduce((sum, { code }) => sum + code.size, 0);
  const uncovered = parts.reduce((sum, each) => sum + missed(each).length, 0);
  return total === 0 ? 0 : (100 * (total - uncovered)) / total;
};

/** Prints the lines that ran, of the bundles and of what jest counts, and says whether they are enough and no source is left out. */
export const checkCoverage = (root: string): boolean => {
  const coverage = new LineCoverage(root);
  addBundles(coverage, root);
  addUnit(coverage, root);
  const files = [...coverage.files];
  const below = (folder: string): Lines[] =>
    files.filter(([file]) => file.startsWith(folder)).map(([, lines]) => lines);
  for (const folder of [CORE, 'shared/', 'functions/', 'lib/']) {
    console.log(`${folder.padEnd(20)} ${percent(below(folder)).toFixed(1).padStart(5)} % of lines`);
  }
  console.log(`below ${LEAST} %, where tests that jest does not count may reach more (CONTRIBUTING.md):`);
  files
    .filter(([, lines]) => percent([lines]) < LEAST)
    .forEach(([file, lines]) => {
      console.log(`  ${percent([lines]).toFixed(1).padStart(5)} % ${file}`);
    });
  const whole = percent(below(''));
  console.log(`${'all'.padEnd(20)} ${whole.toFixed(1).padStart(5)} % of lines (at least ${LEAST} %)`);
  const isCoreCovered = percent(below(CORE)) >= LEAST_OF_CORE;
  if (!isCoreCovered) {
    console.error(`of ${CORE} every line must run, and these did not:`);
    files
      .filter(([file, lines]) => file.startsWith(CORE) && missed(lines).length > 0)
      .forEach(([file, lines]) => {
        console.error(`  ${file}:${missed(lines).join(',')}`);
      });
  }
  const unknown = neverLoaded(root, new Set(coverage.files.keys()));
  unknown.forEach((file) => {
    console.error(`no test loads ${file}`);
  });
  return whole >= LEAST && isCoreCovered && unknown.length === 0;
};
